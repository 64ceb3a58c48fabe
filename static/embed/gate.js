// Scripts, frames and images wait for the decision. Nodes are moved, never made from text, so that
// a page's Trusted Types and nonces hold.
const HELD = "src srcset href poster".split(" ");
const BOXES = ":is(iframe,video,[data-provider])[data-consent]";
const PLACE = "position inset margin float flex order gridArea alignSelf justifySelf".split(" ");
const holding = new Map(); // placeholders by what they stand for
let turn = Promise.resolve();
let loading = []; // what an inline script has to wait for

const needs = ({ dataset }) => dataset.consent?.match(/\S+/g);
const late = (element) => element.matches("[defer],[data-type=module]"); // after all others

const run = (script) => {
  script.removeAttribute("data-consent");
  turn = turn.then(async () => {
    const { parentNode, dataset } = script;
    const external = script.hasAttribute("src");
    if (!external) await Promise.all(loading);
    if (!parentNode) return;
    script.type = dataset.type || "";
    script.async = script.hasAttribute("async");
    if (external && !script.async) {
      loading.push(new Promise((done) => ["load", "error"].forEach((one) => script.addEventListener(one, done))));
    }
    const next = script.nextSibling;
    script.remove();
    parentNode.insertBefore(script, next);
  });
};

const unpack = (template) => {
  for (const script of template.content.querySelectorAll("script:not([data-consent])")) {
    if (script.type && !/javascript|module/.test(script.type)) continue;
    script.dataset.type = script.type;
    script.type = "text/plain";
    script.dataset.consent = "necessary"; // its template was released
  }
  template.replaceWith(template.content);
  scan();
};

const release = (element) => {
  holding.get(element)?.();
  if (element.localName === "script") return run(element);
  if (element.localName === "template") return unpack(element);
  element.removeAttribute("data-consent");
  for (const name of HELD) {
    const address = element.dataset[name];
    if (address) element.setAttribute(name === "src" && element.localName === "link" ? "href" : name, address);
  }
};

const provider = ({ dataset, src }) => dataset.provider || build(["a", { href: dataset.src || src || "" }]).hostname;

// Stands in the box of what it keeps away, and says whose it is.
const hold = async (element) => {
  holding.set(element, () => {});
  await new Promise(requestAnimationFrame); // by then the page has its styles
  const { width, height } = element.getBoundingClientRect();
  const worth = element.dataset.provider || Math.min(width, height) >= 60; // CSS pixels
  const texts = worth && (await load(true));
  if (!texts || !element.isConnected || !needs(element)) return holding.delete(element);
  const titles = needs(element).map((one) => texts.titles[one] || one);
  const box = build(texts.hold, { provider: provider(element), category: titles.join(", ") });
  const { display } = element.style;
  const place = getComputedStyle(element);
  const put = (name, value) => box.style.setProperty(name, value, "important");
  if (height) {
    put("width", `${width}px`);
    put("height", `${height}px`);
    for (const name of PLACE) put(name, place[name]);
    if (place.display === "inline") put("display", "inline-flex");
  }
  holding.set(element, () => {
    const inside = box.contains(document.activeElement);
    box.remove();
    element.style.display = display;
    holding.delete(element);
    if (inside) element.focus();
  });
  element.style.setProperty("display", "none", "important");
  stage(); // brings the styles
  element.before(dressed(box, texts.dir));
  box.addEventListener("click", ({ target }) => {
    const { answer } = target.dataset;
    if (answer === "once") release(element);
    if (answer === "always") decide("save", [...granted, ...needs(element)], "placeholder", texts.language);
  });
};

const scan = () => {
  for (const element of [...document.querySelectorAll("[data-consent]")].sort((one, other) => late(one) - late(other))) {
    if (needs(element)?.every(has)) release(element);
    else if (element.matches(BOXES) && !holding.has(element)) hold(element);
  }
};
