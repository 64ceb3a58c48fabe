// One way for every change of what is granted.
const LOOK = 50; // milliseconds
const LOOKS = 40;

const stored = async () => {
  for (let left = LOOKS; left && waiting().length; left--) {
    await new Promise((done) => setTimeout(done, LOOK));
  }
};

const follow = async () => {
  const before = granted;
  granted = inEffect();
  const lost = before.some((one) => !has(one));
  if (!lost && granted.length === before.length) return;
  signal("update");
  scan();
  if (!lost) return;
  forget();
  await stored();
  location.reload(); // only so do scripts stop that run already
};

signal("default");
if (granted.length > 1) signal("update");
forget();
scan();
new MutationObserver(follow).observe(page, { attributeFilter: ["data-granted"] });
