// The summary's box says the free amount, and that of several pieces, while they are typed; a small
// thank you is shown once its amount is reached. Without this script the box says what the server
// knew, and every thank you stands there with its amount. What counts is what the server reads
// (donations/money.py) and reckons (donations/models/settings.py).
(() => {
  const NUMBER = /^(\d{1,12}|\d{1,3}(?:[.\s]\d{3})+)(?:,(\d{1,2}))?$/;
  const DOT = /^(\d{1,12})\.(\d{1,2})$/;
  const WHOLE = 10000; // hundredths of a percent
  const form = document.querySelector("form.dono");
  const { min, max, percento, fisso } = form.dataset;
  const euros = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency",
    currency: "EUR",
    useGrouping: "always",
  });

  const typed = (text) => {
    const bare = text.trim().replace(/^(?:€|euro|eur)\s*|\s*(?:€|euro|eur)$/gi, "");
    const found = NUMBER.exec(bare) || DOT.exec(bare);
    if (!found) return null;
    return Number(found[1].replace(/[.\s]/g, "")) * 100 + Number((found[2] || "").padEnd(2, "0"));
  };

  const costsOf = (cents) => {
    const left = WHOLE - Number(percento);
    return Math.floor((2 * (cents + Number(fisso)) * WHOLE + left) / (2 * left)) - cents;
  };

  const tell = (id, cents) => {
    const taken = cents !== null && cents >= Number(min) && cents <= Number(max);
    const known = taken && { amount: cents, costs: costsOf(cents), total: cents + costsOf(cents) };
    for (const place of form.querySelectorAll(`[data-se=${id}][data-che]`)) {
      const { che, parole } = place.dataset;
      place.textContent = known ? euros.format(known[che] / 100) : parole;
    }
  };

  const follow = (id, cents) => {
    const field = document.getElementById(id);
    if (!field) return;
    const said = () => cents(field);
    field.addEventListener("input", said);
    said(); // a browser may bring back what was typed before
  };

  const piece = () => {
    const field = document.getElementById("quante");
    const each = Number(field.closest("[data-pezzo]").dataset.pezzo);
    return /^\d{1,3}$/.test(field.value.trim()) ? each * Number(field.value) : null;
  };

  const amount = () => {
    const chosen = form.querySelector("[name=importo]:checked");
    if (!chosen) return null;
    if (chosen.id === "pezzi") return piece();
    return typed(chosen.id === "libero" ? document.getElementById("cifra").value : chosen.value);
  };

  const thank = () => {
    const cents = amount();
    for (const row of form.querySelectorAll("[data-minimo]")) {
      row.hidden = cents === null || cents < Number(row.dataset.minimo);
      if (row.hidden && row.querySelector(":checked")) form.querySelector("#omaggio").checked = true;
    }
    const rows = form.querySelector(".omaggi");
    if (rows) rows.hidden = !rows.querySelector("[data-minimo]:not([hidden])");
  };

  form.addEventListener("input", thank);

  const watch = () => {
    follow("cifra", ({ value }) => tell("libero", typed(value)));
    follow("quante", () => tell("pezzi", piece()));
    thank();
  };
  watch();

  // another fund has other amounts: those parts of the same page, as the server draws them
  const fund = document.getElementById("fondo");
  let turn = 0;
  const ask = async () => {
    const mine = (turn += 1);
    const sent = new FormData(form);
    sent.set("mostra", "importi");
    const answer = await fetch(form.action, { method: "POST", body: sent });
    if (!answer.ok || mine !== turn) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["quanto", "serve", "aggiungo", "conto"]) {
      const old = document.getElementById(id);
      const drawn = page.getElementById(id);
      if (old && drawn) old.replaceWith(document.adoptNode(drawn));
    }
    watch();
  };
  // without an answer the old amounts stay: the server says which fund a piece belongs to
  fund?.addEventListener("change", () => ask().catch(() => {}));
})();
