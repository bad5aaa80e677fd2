/* The composer: an instant estimate while typing, then the server's own figures in its place.
   Without this file the form works all the same: figures and problems come with every save. */
(() => {
  const $ = (s, r = document) => r.querySelector(s);
  const $$ = (s, r = document) => [...r.querySelectorAll(s)];
  const WAIT = 400;
  const segments = new Intl.Segmenter('it', { granularity: 'grapheme' });
  const graphemes = (text) => [...segments.segment(text)].length;
  const bytes = (text) => new TextEncoder().encode(text).length;

  function estimate(row, common) {
    const own = $('textarea', row);
    const raw = own && own.value.trim() ? own.value : common;
    const text = raw.replaceAll('{link}', row.dataset.link || '');
    const fixed = Number(row.dataset.linkLength);
    const counted = fixed ? text.replace(/https?:\/\/\S+/g, 'x'.repeat(fixed)) : text;
    $$('[data-count]', row).forEach((out) => {
      const used = out.dataset.count === 'bytes' ? bytes(text) : graphemes(counted);
      const limit = Number(out.dataset.limit);
      const shown = $('[data-used]', out);
      if (shown) shown.textContent = used.toLocaleString('it');
      const over = limit && used > limit;
      const tone = over ? 'sp-bad' : limit && used > limit * 0.9 ? 'sp-warn' : used ? 'sp-ok' : 'sp-mute';
      if (out.classList.contains('sp-state')) out.className = `sp-state ${tone}`;
      const bar = $(`[data-fill="${out.dataset.count}"]`, row);
      if (bar && limit) {
        bar.setAttribute('width', Math.min(100, (used / limit) * 100));
        bar.parentNode.setAttribute('class', `sp-bar ${tone}`);
      }
    });
  }

  class Composer {
    constructor(root) {
      this.root = root;
      this.form = root.closest('form');
      this.text = $('[name=text]', this.form);
      this.turn = 0;
      this.form.addEventListener('input', (event) => this.changed(event));
      this.form.addEventListener('change', (event) => this.changed(event));
      this.form.addEventListener('click', (event) => this.clicked(event));
      $$('details[data-variant]', this.form).forEach((box) =>
        box.addEventListener('toggle', () => this.opened(box)),
      );
      this.form.addEventListener('submit', (event) => this.sent(event), true);
      window.addEventListener('focus', () => this.renew());
      this.form.addEventListener('w-autosave:save', () => (this.saving = true));
      this.form.addEventListener('w-autosave:success', () => this.saved());
      this.form.addEventListener('w-autosave:error', () => this.saved());
      this.chips();
      this.ask();
    }

    rows() {
      return $$('[data-account]', this.form);
    }

    changed() {
      $$('details[data-variant]', this.form).forEach((box) => this.follow(box));
      this.rows().forEach((row) => estimate(row, this.text.value));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), WAIT);
    }

    /* the server's truth: fragments by id; a late answer never overwrites a newer one */
    async ask() {
      const turn = (this.turn += 1);
      const data = new FormData(this.form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      let answer;
      try {
        const response = await fetch(this.root.dataset.checkUrl, { method: 'POST', body: data });
        if (response.redirected || response.status === 403) this.ended(true);
        if (response.redirected || !response.ok) return;
        answer = await response.json();
      } catch {
        return;
      }
      if (turn !== this.turn) return;
      Object.entries(answer.fragments).forEach(([id, html]) => {
        const place = document.getElementById(id);
        if (place && place.innerHTML !== html) place.innerHTML = html;
      });
      this.marks(answer.marks);
      this.cards(answer.cards);
    }

    /* the sign-in has ended: nothing is sent into the void, and what was typed stays; after signing
       in again elsewhere the form gets the new sign-in's token */
    ended(so) {
      const strip = $('[data-sp-ended]');
      if (strip) strip.hidden = !so;
      this.out = so;
    }

    sent(event) {
      if (!this.out && !this.saving) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (this.out) this.renew();
      else this.pressed ||= event.submitter;
    }

    /* a button that is pressed while a saving is on its way waits for it: otherwise a new post
       would be made twice, and an old one would look changed by somebody else */
    saved() {
      this.saving = false;
      const button = this.pressed;
      this.pressed = null;
      if (button) this.form.requestSubmit(button);
    }

    async renew() {
      if (!this.out) return;
      const response = await fetch(this.root.dataset.checkUrl);
      if (response.redirected || !response.ok) return;
      const { token } = await response.json();
      $('[name=csrfmiddlewaretoken]', this.form).value = token;
      this.ended(false);
      this.ask();
    }

    /* each layout's drawing, made by the same code that draws the one that goes out */
    async cards(wanted) {
      for (const [layout, key] of Object.entries(wanted || {})) {
        const image = $(`[data-card="${layout}"]`, this.form);
        if (!image || image.dataset.key === key) continue;
        image.dataset.key = key;
        const data = new FormData(this.form);
        for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
        data.set('draw', layout);
        const response = await fetch(this.root.dataset.cardUrl, { method: 'POST', body: data });
        if (!response.ok || image.dataset.key !== key) continue;
        const old = image.src;
        image.src = URL.createObjectURL(await response.blob());
        image.hidden = false;
        if (old.startsWith('blob:')) URL.revokeObjectURL(old);
      }
    }

    /* a copy that nobody has touched is no text of its own: it follows the common one, and goes
       when its box is closed, so that nothing old stays behind */
    opened(box) {
      const area = $('textarea', box);
      if (box.open && !area.value) {
        area.value = this.text.value;
        box.copied = this.text.value;
        area.focus();
      } else if (!box.open && area.value.trim() === this.text.value.trim()) {
        area.value = '';
        delete box.copied;
      }
      this.changed();
    }

    follow(box) {
      const area = $('textarea', box);
      if (box.copied === undefined || area.value !== box.copied) return;
      area.value = this.text.value;
      box.copied = this.text.value;
    }

    clicked(event) {
      const insert = event.target.closest('[data-insert]');
      const back = event.target.closest('[data-common]');
      const write = event.target.closest('[data-write]');
      if (insert) {
        const { selectionStart: from, selectionEnd: to } = this.text;
        this.text.setRangeText(insert.dataset.insert, from, to, 'end');
        this.text.focus();
        this.text.dispatchEvent(new Event('input', { bubbles: true }));
      }
      if (back) {
        const box = back.closest('details');
        $('textarea', box).value = '';
        box.open = false;
        $('textarea', box).dispatchEvent(new Event('input', { bubbles: true }));
        $('summary', box).focus();
      }
      if (write) {
        const box = document.getElementById(write.dataset.write);
        box.open = true;
        $('textarea', box).focus();
      }
    }

    /* the preview's chips drive Wagtail's own choice of mode; the first autosave puts a new panel
       in the place of the old one, which shall go on showing the network that was chosen */
    chips() {
      const mode = '[data-w-preview-target="mode"]';
      let shown = $(mode);
      let chosen = shown && shown.value;
      const choose = (value) => {
        if (!shown || value === null) return;
        shown.value = value;
        shown.dispatchEvent(new Event('change', { bubbles: true }));
      };
      const press = () =>
        $$('[data-sp-mode]').forEach((chip) =>
          chip.setAttribute('aria-pressed', String(chip.dataset.spMode === chosen)),
        );
      document.addEventListener('click', ({ target }) => {
        const chip = target.closest('[data-sp-mode]');
        if (chip) choose(chip.dataset.spMode);
      });
      document.addEventListener('change', ({ target }) => {
        if (!target.matches(mode)) return;
        chosen = target.value;
        press();
      });
      /* Wagtail's panel forgets a choice made while it is drawing another one: choose again once it
         has drawn, and is free */
      document.addEventListener('w-preview:loaded', () =>
        setTimeout(() => {
          const drawn = new URL($('#w-preview-iframe').src, window.location).searchParams.get('mode');
          if (shown && drawn !== chosen) choose(chosen);
        }),
      );
      new MutationObserver(() => {
        if ($(mode) === shown) return;
        shown = $(mode);
        /* once Wagtail's own controller listens there */
        setTimeout(() => choose(chosen));
      }).observe(document.body, { childList: true, subtree: true });
      press();
    }

    marks(marks) {
      Object.entries(marks || {}).forEach(([mode, html]) => {
        const place = $(`[data-sp-mode="${mode}"] [data-mark]`);
        if (place) place.innerHTML = html;
      });
    }
  }

  const start = () => $$('[data-sp-composer]').forEach((root) => new Composer(root));
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
