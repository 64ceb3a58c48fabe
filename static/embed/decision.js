// What the visitor decided: read, kept, sent to the portal's log.
const COOKIE = "cookies_preferences";
const DAY = 86400; // seconds
const optional = Object.keys(TENANT.categories).filter((one) => one !== "necessary");
const isOwn = ({ hostname, protocol }) =>
  protocol >= PORTAL.protocol && // a page on http: cannot see what the portal keeps on https:
  (TENANT.domain ? `.${hostname}`.endsWith(`.${TENANT.domain}`) : hostname === PORTAL.hostname);
const shares = isOwn(location); // the portal keeps the cookie here, by HTTP
let decision = null;
let granted = ["necessary"];

const has = (category) => granted.includes(category);
// As crypto.randomUUID, which pages on http: lack.
const uuid = () => URL.createObjectURL(new Blob()).slice(-36);
const now = () => Math.floor(Date.now() / 1000);

const cookie = () => {
  const [, found] = document.cookie.match(`(?:^|; )${COOKIE}=([^;]*)`) || [];
  if (!found) return null;
  try {
    const value = JSON.parse(decodeURIComponent(found));
    return value.accepted.concat && value.rejected.concat && value;
  } catch {
    return null;
  }
};

const remembered = () => {
  const value = (shares && waiting().at(-1)?.value) || cookie();
  const age = now() - value?.at; // the server's clock may be ahead by five minutes
  return value?.v === 1 && age >= -300 && age < TENANT.days * DAY ? value : null;
};

// A category is answered by a decision on a version that had the same cookies in it.
const answered = (category) =>
  decision &&
  [...decision.accepted, ...decision.rejected].includes(category) &&
  TENANT.categories[category].same.some(([first, last]) => first <= decision.policy && decision.policy <= last);

const unanswered = () => optional.filter((one) => !answered(one));

const take = (value) => {
  decision = value;
  granted = ["necessary", ...optional.filter((one) => answered(one) && value.accepted.includes(one))];
};

// Where the portal cannot set a cookie, the page's own site keeps one (7 days at most in Safari).
const write = (value) => {
  if (shares) return;
  const secure = location.protocol === "https:" ? ";secure" : "";
  const lasts = value ? TENANT.days * DAY : 0;
  const text = encodeURIComponent(JSON.stringify(value));
  document.cookie = `${COOKIE}=${text};path=/;max-age=${lasts};samesite=lax${secure}`;
};

// Sends what waits, oldest first; false when the portal refused one.
const send = async () => {
  for (const { body } of waiting()) {
    const answer = await fetch(`${PORTAL.origin}/api/v1/consents`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      keepalive: true,
      credentials: shares ? "include" : "omit",
    });
    if (answer.status >= 500 || answer.status === 429) throw answer.status;
    keep(waiting().filter((one) => one.body.idempotency_key !== body.idempotency_key));
    if (!answer.ok) return false;
  }
  return true;
};

const flush = async () => {
  try {
    if (await send()) return;
    write(null);
    become(null);
    ask();
  } catch {
    setTimeout(flush, 30000); // milliseconds
  }
};

const decide = (word, accepted, surface, language) => {
  const value = {
    v: 1,
    id: decision?.id || uuid(),
    policy: TENANT.version,
    at: now(),
    accepted: ["necessary", ...optional.filter((one) => accepted.includes(one))],
    rejected: optional.filter((one) => !accepted.includes(one)),
  };
  const body = {
    decision: word,
    policy: TENANT.version,
    language,
    surface,
    page: location.pathname,
    consent_id: value.id,
    idempotency_key: uuid(),
    gpc: optedOut,
  };
  if (word === "save") body.accepted = value.accepted.slice(1);
  keep([...waiting(), { body, value }]);
  write(value);
  const sent = flush();
  become(value, sent);
};
