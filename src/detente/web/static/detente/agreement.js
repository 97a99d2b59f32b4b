// Prints the agreement and copies its text. Both buttons appear only where this file runs; without it the browser's own
// menu prints, and the plain text has an address of its own.
(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const lines = document.querySelectorAll(`${button.dataset.copy} [data-line]`);
      await navigator.clipboard.writeText(Array.from(lines, (line) => `${line.textContent}\n`).join(""));
      button.querySelector("[data-said]").textContent = "Copied";
    });
  }
})();
