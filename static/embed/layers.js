// The two layers, made from the tree that the portal writes: in the page's own document, under a
// stylesheet that needs no permission, before the body, where it is found first and moves nothing.
const optedOut = navigator.globalPrivacyControl === true;
let language;
let texts;
let root;
let banner;
let centre;
let uncounted = false; // somebody is asked, and the portal does not know yet

// Three ways to name a language, the narrowest first: zh-TW is written as zh-Hant is.
const names = (tag) => {
  const { language, script } = new Intl.Locale(tag).maximize();
  return [tag.toLowerCase(), language + script, language];
};

const nearest = (tag) => {
  const [main] = tag.toLowerCase().split(/[-_]/);
  const alike = TENANT.languages.split(" ").filter((one) => one.split("-")[0] === main);
  if (alike.length === 1) return alike[0]; // on most pages, and Intl takes milliseconds to begin
  try {
    const wanted = names(tag.replace("_", "-").replace(/^no\b/, "nb"));
    return wanted.map((name, index) => TENANT.languages.split(" ").find((one) => names(one)[index] === name)).find(Boolean);
  } catch {} // no tag
};

const address = () => `${PORTAL.origin}/embed/${TENANT.texts}/${language}.json`;

// All texts, or those that ride along with the script, if they are enough.
const load = (whole) => {
  const asked = unanswered();
  const since = decision && asked.length ? `?since=${decision.policy}` : "";
  if (!whole && !since && !optedOut && language === TEXTS.language) return TEXTS;
  return (texts ||= fetch(address() + since)
    .then((answer) => answer.json())
    .catch(() => (texts = null)));
};

const stage = () => {
  if (root) return root;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE.replace(/(:[^{};]+)(?=[;}])/g, "$1!important"));
  document.adoptedStyleSheets.push(sheet);
  root = dressed(build(["div", { class: "ask" }, ["p", { class: "ask-status", role: "status" }]]), "auto");
  document.documentElement.insertBefore(root, document.body);
  root.addEventListener("click", ({ target }) => {
    const { answer } = target.closest("[data-answer]")?.dataset || {};
    if (answer === "choose") open();
    else if (answer === "close") centre.close();
    else if (answer) reply(answer, centre?.open);
  });
  return root;
};

const shown = (all, key) => {
  const layer = build(all[key]);
  for (const note of layer.querySelectorAll("[data-gpc]")) note.hidden = !optedOut;
  for (const { attributes } of layer.querySelectorAll("a")) attributes.href.value = new URL(attributes.href.value, PORTAL);
  stage().append(dressed(layer, all.dir));
  return layer;
};

// The portal counts who was asked: when they answer or turn away, not while the page loads.
const seen = () => {
  if (uncounted) fetch(address(), { method: "HEAD", cache: "no-store", keepalive: true }).catch(() => {});
  uncounted = false;
};

const ask = async () => {
  const all = await load();
  if (!all || banner) return;
  banner = shown(all, "first");
  banner.onclose = reopener;
  if (banner.showModal) banner.showModal();
  else banner.showPopover?.();
  uncounted = true;
};

const open = async () => {
  const all = await load(true);
  if (!all) return;
  centre ||= shown(all, "second");
  for (const box of centre.querySelectorAll("[name]")) box.checked = has(box.name);
  if (!centre.open) centre.showModal();
  centre.querySelector("h2").focus();
};

const reply = async (word, inCentre) => {
  const all = await load(inCentre);
  const boxes = inCentre ? [...centre.querySelectorAll("[name]:checked")].map((one) => one.name) : granted;
  const again = !inCentre && all.asked;
  const accepted = { accept_all: again ? [...granted, ...again] : optional, reject_all: again ? granted : [], save: boxes }[word];
  const withdraws = !again && !accepted[0] && granted.length > 1;
  decide(again ? "save" : withdraws ? "withdraw" : word, accepted, inCentre ? "preference_centre" : "banner", language);
  root.firstChild.textContent = withdraws ? all.withdrawn : all.saved;
};

const settle = () => {
  seen();
  centre?.close();
  banner?.remove();
  banner = null;
  texts = unanswered().length ? null : texts;
  reopener();
};

// A way back on every page: the page's own, else a button over it.
const reopener = async () => {
  const floating = TENANT.reopen[language];
  const there = () => document.querySelector(floating ? ".ask-reopen" : "[data-consent-open],.ask-reopen");
  const name = there() || floating || (await load())?.reopen;
  if (!there() && name) stage().append(build(["button", { class: "ask-reopen", "data-answer": "choose" }, name]));
};
