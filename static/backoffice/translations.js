"use strict";

// Whoever leaves a form with something typed in it is asked first.
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  let typed = document.querySelector(".errors, .message.error") !== null;
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}
