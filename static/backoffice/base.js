"use strict";

// An error summary takes the focus, so that it is read and seen first.
document.querySelector(".errors")?.focus();

// A message says what has been done; a form that was sent once is not sent twice.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "get") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
