// One way for every change of the decision, and what scripts of the page may ask.
const emit = (name) => document.dispatchEvent(new CustomEvent(`consent:${name}`, { detail: consent.decision }));

const consent = Object.freeze({
  has,
  open,
  get decision() {
    return decision && structuredClone(decision);
  },
  on: (name, listener) => {
    const listen = ({ detail }) => listener(detail);
    document.addEventListener(`consent:${name}`, listen);
    if (name === "ready") listener(consent.decision);
    return () => document.removeEventListener(`consent:${name}`, listen);
  },
});

const become = async (value, sent) => {
  const before = granted;
  take(value);
  const lost = before.some((one) => !has(one));
  const changed = lost || granted.length !== before.length;
  settle();
  signal("update");
  emit("decided");
  if (changed) emit("changed");
  scan();
  if (!lost) return;
  forget();
  if (!TENANT.reloads || !value) return;
  await Promise.race([sent, new Promise((done) => setTimeout(done, 2000))]);
  location.reload();
};

// A decision made on another site of the tenant, under a seal that the portal breaks.
const carried = async () => {
  const [, seal, part] = location.hash.match(/^#consent=([\w.-]+)&?(.*)/) || [];
  if (!seal) return;
  const [page] = location.href.split("#");
  if (part) location.replace(`${page}#${part}`);
  else history.replaceState(history.state, "", page);
  const from = document.referrer && new URL(document.referrer);
  if (decision || !from || !(isOwn(from) || TENANT.sites.includes(from.origin))) return;
  const answer = await fetch(`${PORTAL.origin}/embed/carried/${seal}`).catch(() => ({}));
  if (!answer.ok) return;
  const value = await answer.json();
  write(value);
  take(value);
};

const carry = ({ target }) => {
  const link = target.closest?.("a[href]");
  if (!link || !decision || link.origin === location.origin) return;
  const far = shares ? TENANT.sites.includes(link.origin) : isOwn(link) || TENANT.sites.includes(link.origin);
  if (!far) return;
  const { href } = link;
  link.href = `${PORTAL.origin}/embed/carry?${new URLSearchParams({ id: decision.id, to: href })}`;
  setTimeout(() => (link.href = href));
};

const begin = async () => {
  language = nearest(document.documentElement.lang) || navigator.languages.map(nearest).find(Boolean) || TENANT.fallback;
  signal("default");
  take(remembered());
  await carried();
  window.consent = consent;
  if (decision) signal("update");
  emit("ready");
  if (unanswered().length) ask();
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-consent-open]");
    if (!opener) return carry(event);
    event.preventDefault();
    open();
  });
  document.addEventListener("visibilitychange", seen);
  addEventListener("online", () => waiting().length && flush());
  addEventListener("pageshow", ({ persisted }) => {
    const value = persisted && remembered(); // decided on a page from which the visitor came back
    if (value && `${value.accepted}` !== `${decision?.accepted}`) become(value);
  });
  if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done));
  scan();
  new MutationObserver(scan).observe(document.documentElement, { childList: true, subtree: true });
  if (decision && !unanswered().length) reopener();
  setTimeout(() => {
    forget(TENANT.storages);
    if (decision && waiting()[0]) flush(); // who decided nothing sends nothing
  }, 200); // milliseconds: the banner comes first, before clearing up
};

// Not called from here: at the first look at the cookie, Chromium reads again the text of all that is on the stack.
if (shares || TENANT.sites.includes(location.origin)) queueMicrotask(begin);
else console.error(`${location.origin} is not among the sites of ${PORTAL.host}.`);
