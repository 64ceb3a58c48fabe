// The banner works without this script; with it, a decision needs no reload and is never lost.
(() => {
  if (!window.crypto?.randomUUID) return; // not a secure context: the plain forms do it
  const preview = "preview" in document.documentElement.dataset; // its forms lead to itself
  const RETRY = 30000; // milliseconds
  const PATIENCE = 2000; // milliseconds that a form waits for what is on its way
  const byId = (id) => document.getElementById(id);
  const dialog = byId("ask-second");
  const banner = byId("ask-first");
  const status = byId("ask-status");
  let told = false; // that a choice waits is said once
  let sending = null; // what is on its way

  const remembered = () => {
    const value = /(?:^|; )cookies_preferences=([^;]*)/.exec(document.cookie);
    try {
      return JSON.parse(decodeURIComponent(value[1]));
    } catch {
      return null;
    }
  };

  const optional = () => [...document.querySelectorAll("#ask-second [name=category]")];

  const granted = ({ decision, accepted }) =>
    decision === "accept_all" ? optional().map((box) => box.value) : accepted || [];

  const inEffect = () => (document.documentElement.dataset.granted || "").split(" ").filter(Boolean);

  const apply = (categories) => {
    document.documentElement.dataset.granted = [...new Set(["necessary", ...categories])].join(" ");
    for (const box of optional()) box.checked = categories.includes(box.value);
  };

  const settle = (message) => {
    status.textContent = "";
    setTimeout(() => (status.textContent = status.dataset[message]), 50);
  };

  // A centred question is a dialog, and the page behind it waits; Escape puts it off, unanswered.
  const modal = banner?.localName === "dialog";
  const raise = () => {
    banner.open = false;
    banner.showModal();
    byId("ask-first-title").focus({ preventScroll: true });
  };

  const reveal = (shown) => {
    if (!banner || banner.hidden === !shown) return;
    const inside = banner.contains(document.activeElement);
    banner.hidden = !shown;
    if (modal) shown ? raise() : banner.close();
    if (inside) byId("content").focus({ preventScroll: true });
  };

  // Posts what waits, oldest first; true when all is stored, false when the server refused one.
  const send = async () => {
    for (let body; (body = waiting()[0]); ) {
      const answer = await fetch("/api/v1/consents", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        keepalive: true,
      });
      if (answer.status >= 500 || answer.status === 429) throw answer.status;
      keep(waiting().filter((one) => one.idempotency_key !== body.idempotency_key));
      if (!answer.ok) return false;
    }
    return true;
  };

  const flush = async (before = []) => {
    try {
      const stored = await (sending = send());
      told = false;
      if (stored) return settle("saved");
      apply(before);
      settle("refused");
      reveal(true);
    } catch {
      if (!told) settle("waiting");
      told = true;
      setTimeout(flush, RETRY, before);
    } finally {
      sending = null;
    }
  };

  const decide = (form, button) => {
    const fields = new FormData(form);
    const body = {
      decision: button.value,
      policy: +fields.get("policy"),
      language: fields.get("language"),
      surface: form.dataset.surface,
      idempotency_key: crypto.randomUUID(),
    };
    if (body.decision === "save") body.accepted = fields.getAll("category");
    const before = inEffect();
    keep([...waiting(), body]);
    apply(granted(body));
    dialog.close();
    reveal(false);
    flush(before);
  };

  // The form goes after what is on its way, so that the log and the browser hear of it last.
  const follow = async (event) => {
    event.preventDefault();
    const { target: form, submitter } = event;
    await Promise.race([sending, new Promise((done) => setTimeout(done, PATIENCE))]).catch(() => {});
    sending = null;
    form.requestSubmit(submitter);
  };

  const open = (event) => {
    event.preventDefault();
    const decided = document.documentElement.dataset.granted;
    for (const box of optional()) {
      box.checked = decided ? inEffect().includes(box.value) : box.defaultChecked;
    }
    dialog.showModal();
    byId("ask-second-title").focus();
  };

  const kept = () => optional().filter((box) => box.defaultChecked).map((box) => box.value);
  const latest = preview ? null : waiting().at(-1);
  const accepted = latest ? granted(latest) : banner || preview ? kept() : remembered()?.accepted;
  if (accepted?.length) apply(accepted);
  if (latest) {
    reveal(false);
    flush();
  } else if (modal) raise();
  banner?.addEventListener("close", () => (banner.hidden = true));

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (submitter?.id === "ask-choose") open(event);
    else if (preview) return;
    else if (form.dataset.surface && dialog) {
      event.preventDefault();
      decide(form, submitter);
    } else if (submitter?.name === "decision") {
      keep([]); // this one is newer than what waits
      if (sending) follow(event);
    }
  });
  document.addEventListener("keydown", (event) => {
    // Enter on a switch would send the form: a choice that nobody made
    if (event.key === "Enter" && event.target.matches("[role=switch]")) event.preventDefault();
  });
  addEventListener("pageshow", ({ persisted }) => {
    // a page out of the back/forward cache has not heard of a decision made since
    const known = persisted && !preview && remembered();
    if (!known || known.policy !== +document.querySelector("[name=policy]").value) return;
    apply(known.accepted);
    reveal(false);
  });
  addEventListener("online", () => waiting().length && flush());
  if (!dialog) return; // the preference centre is a page of its own
  for (const control of document.querySelectorAll("#ask-settings, [data-ask-settings]")) {
    control.addEventListener("click", open);
  }
  dialog.querySelector(".ask-close").addEventListener("click", () => dialog.close());
})();
