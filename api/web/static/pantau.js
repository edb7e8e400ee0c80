// Small comforts; every page works without them.
"use strict";
document.documentElement.classList.add("js");
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  const box = document.getElementById("q");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
function foldOnSmallScreens() {
  if (window.matchMedia("(max-width: 52rem)").matches) {
    for (const fold of document.querySelectorAll("[data-fold]")) fold.removeAttribute("open");
  }
}
foldOnSmallScreens();
document.addEventListener("htmx:afterSettle", foldOnSmallScreens);
