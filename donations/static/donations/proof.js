// While cards are being tested here, the browser does a second of work before a gift goes on, so that
// whoever tries thousands of cards needs thousands of seconds. It is done while the person types, by
// another thread; people are asked nothing. Where it cannot be done the form is sent without it, and
// the server lets some of those through too (donations/services/guarding.py).
(() => {
  const form = document.querySelector("form.dono[data-prova]");
  if (!form) return;
  const PATIENCE = 20000; // milliseconds that a sent form waits for it
  const line = document.getElementById("prova");
  const field = form.elements.prova;
  const challenge = JSON.parse(form.dataset.prova);
  let working = false;
  let held = null; // the sending that waits
  let sent = false;

  const over = (said) => {
    if (!working) return;
    working = false;
    line.textContent = said;
    if (held) form.requestSubmit(held.by);
  };

  const found = (solution) => {
    if (solution) field.value = btoa(JSON.stringify({ challenge, solution }));
    over(solution ? line.dataset.fatto : "");
  };

  const work = () => {
    const worker = new Worker(form.dataset.lavoro);
    worker.onmessage = ({ data }) => found(data);
    worker.onerror = () => found(null);
    worker.postMessage(challenge.parameters);
    working = true;
    line.textContent = line.dataset.durante;
  };

  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault(); // of a double click the second one would lack its own work
    else if (!working) {
      sent = true;
      setTimeout(() => (sent = false), 3000);
    } else {
      event.preventDefault();
      if (!held) setTimeout(() => found(null), PATIENCE);
      held = { by: event.submitter };
    }
  });
  addEventListener("pageshow", () => (sent = false));

  try {
    work();
  } catch {
    // an old browser: without it
  }
})();
