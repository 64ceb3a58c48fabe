"use strict";

// The cookie list in place: forms open in a dialog, the filter follows what is typed, cookies are
// dragged. Everything here asks the same addresses as the page does without scripts.
(() => {
  const page = document.getElementById("cookie-list");
  if (!page) return;
  page.classList.add("live");

  const dialog = document.createElement("dialog");
  dialog.className = "sheet";
  page.append(dialog);
  let opener = ""; // a selector of what has to get the focus back
  let dirty = false;

  const ROW = ".cookies tbody tr";
  const rows = (part) => [...part.querySelectorAll(ROW)];
  const nameIn = (row) => row.querySelector(".name");
  const cookieOf = (row) => row.querySelector("[name=cookie]").value;
  const region = () => page.querySelector("[data-region]");

  // A page as a document. XMLHttpRequest parses it without running anything in it.
  function load(url, body) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(body ? "POST" : "GET", url);
      request.responseType = "document";
      request.onload = () => resolve({ page: request.response, url: request.responseURL });
      request.onerror = reject;
      page.ariaBusy = "true";
      request.onloadend = () => (page.ariaBusy = "false");
      request.send(body);
    });
  }

  async function send(form, submitter) {
    const url = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
    return take(await load(url, new URLSearchParams(new FormData(form, submitter))));
  }

  // An answer is a form to go on with, or the list; anything else is no answer.
  async function take(answer) {
    const form = answer.page?.querySelector("[data-fragment]");
    if (form) return show(form, answer.url);
    if (!answer.page?.querySelector("[data-region]")) throw new Error("not the list");
    const from = opener;
    opener = "";
    dialog.close();
    tell(...answer.page.querySelectorAll(".message"));
    const same = new URL(answer.url).search === location.search;
    replace(same ? answer : await load(location.href), from);
  }

  function show(fragment, url) {
    const part = document.importNode(fragment, true);
    for (const form of part.querySelectorAll("form:not([action])")) form.action = url;
    const heading = part.querySelector("h1");
    heading.id = "sheet-title";
    heading.tabIndex = -1;
    dialog.setAttribute("aria-labelledby", heading.id);
    dialog.replaceChildren(part);
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    const first = part.querySelector(".errors, .field :is(input, select, textarea)");
    (first ?? heading).focus();
  }

  function replace(answer, from = "") {
    const before = new Set(rows(page).map(cookieOf));
    region().replaceWith(document.importNode(answer.page.querySelector("[data-region]"), true));
    enhance();
    const added = rows(page).find((row) => !before.has(cookieOf(row)));
    if (from) focusOn(from.startsWith("#add") && added ? nameIn(added) : page.querySelector(from));
  }

  // What is gone gives the focus to the first button of the page, a button at its end to the other.
  function focusOn(element) {
    const found = element?.disabled ? element.parentElement.querySelector(":enabled") : element;
    (found ?? page.querySelector("a")).focus();
  }

  const selectorOf = ({ id, name, value }) =>
    id ? `#${CSS.escape(id)}` : `[name="${name}"][value="${value}"]`;

  function tell(...messages) {
    const box = document.querySelector(".messages");
    box.replaceChildren(...messages.map((one) => document.importNode(one, true)));
  }

  function say(text, kind = "error") {
    const message = document.createElement("p");
    message.className = `message ${kind}`;
    message.textContent = text;
    if (dialog.open) dialog.prepend(message);
    else tell(message);
  }

  const failed = () => say(page.dataset.failed);

  // Forms and links

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.matches("[data-close]") && dialog.contains(link)) {
      event.preventDefault();
      dirty = false;
      dialog.close();
    } else if (link.matches("[data-dialog]")) {
      event.preventDefault();
      if (!dialog.open) opener = selectorOf(link);
      load(link.href).then(take).catch(() => location.assign(link.href));
    }
  });

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!dialog.contains(form) && !form.matches("[data-inline]")) return;
      event.preventDefault();
      if (page.ariaBusy === "true") return;
      if (!dialog.open) opener = event.submitter ? selectorOf(event.submitter) : "";
      send(form, event.submitter).catch(failed);
    },
    true,
  );

  dialog.addEventListener("input", () => (dirty = true));
  dialog.addEventListener("cancel", (event) => {
    if (dirty && !confirm(page.dataset.leave)) event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    dirty = false;
    dialog.replaceChildren();
    if (opener) focusOn(page.querySelector(opener));
  });

  // The filter

  const filter = page.querySelector(".filter");
  let waiting = 0;

  async function applyFilter() {
    const wanted = new URLSearchParams([...new FormData(filter)].filter(([, value]) => value));
    const url = wanted.size ? `${location.pathname}?${wanted}` : location.pathname;
    const answer = await load(url);
    if (new URL(answer.url).search !== new URL(url, location.href).search) return;
    history.replaceState(null, "", url);
    region().replaceWith(document.importNode(answer.page.querySelector("[data-region]"), true));
    enhance();
    const found = document.createElement("p");
    found.className = "visually-hidden";
    found.textContent = page.querySelector(".found")?.firstChild.textContent ?? "";
    tell(found);
  }

  filter?.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => applyFilter().catch(failed), 200);
  });
  filter?.addEventListener("submit", (event) => {
    event.preventDefault();
    applyFilter().catch(failed);
  });

  // Choosing several

  page.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      const boxes = event.target.closest("table").querySelectorAll("[name=cookie]");
      for (const box of boxes) box.checked = event.target.checked;
    }
    countChosen();
  });

  function countChosen() {
    const bulk = document.getElementById("move");
    if (!bulk) return;
    const chosen = page.querySelectorAll("[name=cookie]:checked").length;
    bulk.hidden = !chosen;
    bulk.querySelector("[data-count]").textContent = `(${chosen})`;
  }

  // Dragging, with a mouse, a pen or a finger

  function addGrip(cell) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.textContent = "⠿";
    grip.ariaHidden = "true";
    grip.addEventListener("pointerdown", (event) => startDrag(event, cell.closest("tr")));
    cell.prepend(grip);
  }

  function startDrag(event, row) {
    if (event.button) return;
    event.preventDefault();
    const start = order(row);
    const stop = new AbortController();
    row.classList.add("dragged");
    // on the document: a captured pointer would be lost whenever the row changes its place
    const on = (kind, handler) => document.addEventListener(kind, handler, { signal: stop.signal });
    on("pointermove", (moved) => drag(row, moved));
    on("pointercancel", () => finish(false));
    on("pointerup", () => finish(true));

    function finish(dropped) {
      stop.abort();
      row.classList.remove("dragged");
      if (dropped && order(row) !== start) drop(row);
      else if (!dropped) load(location.href).then(replace).catch(failed);
    }
  }

  function drag(row, { clientX, clientY }) {
    const edge = 60;
    if (clientY < edge) scrollBy(0, -12);
    if (clientY > innerHeight - edge) scrollBy(0, 12);
    const over = document.elementFromPoint(clientX, clientY)?.closest(ROW);
    if (!over || over === row) return;
    const { top, height } = over.getBoundingClientRect();
    over[clientY < top + height / 2 ? "before" : "after"](row);
  }

  function order(row) {
    const section = row.closest("[data-category]");
    return [section.dataset.category, ...rows(section).map(cookieOf)].join(" ");
  }

  function drop(row) {
    const form = document.getElementById("order");
    const [category, ...cookies] = order(row).split(" ");
    const body = new URLSearchParams(new FormData(form));
    body.append("category", category);
    for (const cookie of cookies) body.append("cookie", cookie);
    opener = selectorOf(nameIn(row));
    load(form.action, body).then(take).catch(failed);
  }

  function enhance() {
    for (const cell of page.querySelectorAll("td.order")) addGrip(cell);
    for (const box of page.querySelectorAll("[data-all]")) box.hidden = false;
    countChosen();
  }

  enhance();
})();
