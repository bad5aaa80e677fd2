// Wagtail leaves two of its fields without a name for screen readers: the rich text editor, and the
// box where tags are typed. Each takes that of the nearest label or heading around it.
(() => {
  const NAMELESS = ".public-DraftEditor-content:not([aria-label]), .tagit-new input:not([aria-label])";
  const NAMES = "label, [data-panel-heading-text]";

  const nameOf = (field) => {
    for (let around = field.parentElement; around; around = around.parentElement) {
      const name = around.querySelector(NAMES)?.textContent.replace("*", "").trim();
      if (name) return name;
    }
    return "";
  };

  const nameAll = () => {
    for (const field of document.querySelectorAll(NAMELESS)) field.setAttribute("aria-label", nameOf(field));
  };

  document.addEventListener("DOMContentLoaded", () => {
    let waiting = false;
    const later = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; nameAll(); });
    };
    new MutationObserver(later).observe(document.body, { childList: true, subtree: true });
    later();
  });
})();
