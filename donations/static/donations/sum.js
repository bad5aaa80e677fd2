// The summary's box says the free amount while it is typed. Without this script it says what the
// server knew of it. What counts is what the server reads (donations/money.py).
(() => {
  const NUMBER = /^(\d{1,12}|\d{1,3}(?:[.\s]\d{3})+)(?:,(\d{1,2}))?$/;
  const DOT = /^(\d{1,12})\.(\d{1,2})$/;
  const field = document.getElementById("cifra");
  const shown = document.querySelectorAll("[data-parole]");
  const euros = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency",
    currency: "EUR",
    useGrouping: "always",
  });

  const cents = (typed) => {
    const bare = typed.trim().replace(/^(?:€|euro|eur)\s*|\s*(?:€|euro|eur)$/gi, "");
    const found = NUMBER.exec(bare) || DOT.exec(bare);
    if (!found) return null;
    return Number(found[1].replace(/[.\s]/g, "")) * 100 + Number((found[2] || "").padEnd(2, "0"));
  };

  const tell = () => {
    const amount = cents(field.value);
    const { min, max } = field.form.dataset;
    const taken = amount !== null && amount >= Number(min) && amount <= Number(max);
    for (const place of shown) {
      place.textContent = taken ? euros.format(amount / 100) : place.dataset.parole;
    }
  };

  field.addEventListener("input", tell);
  tell(); // a browser may bring back what was typed before
})();
