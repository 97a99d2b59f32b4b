// The panel behind a figure: opens beside the page, holds the focus, closes with Esc and gives the focus back.
// Everything else on a page works without this file: a figure is a link to a page of its own.
(() => {
  const panel = document.getElementById("panel");
  const app = document.getElementById("app");
  let opener = null;

  const close = () => {
    if (!panel.hasChildNodes()) return;
    panel.replaceChildren();
    app.inert = false;
    if (opener?.isConnected) opener.focus();
    opener = null;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === panel && !panel.contains(event.detail.elt)) opener = event.detail.elt;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== panel) return;
    app.inert = true;
    panel.querySelector("[data-focus]")?.focus();
  });

  // Where no panel comes (the server is away, the snapshot changed), the link leads to the page itself.
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      const link = event.detail.elt.closest("a[href]");
      if (event.detail.target === panel && link) window.location.assign(link.href);
    });
  }

  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("[data-close]");
    if (asked && panel.contains(asked)) { event.preventDefault(); close(); }
  });
})();
