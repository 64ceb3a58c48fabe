// On the portal's own pages the banner says on the root element what is granted; what waits for it
// is held, released and forgotten by the same parts as on other sites, which expect these.
const TENANT = JSON.parse(document.getElementById("integrations").textContent);
const { language } = TENANT;
const page = document.documentElement;
const optional = Object.keys(TENANT.categories).filter((one) => one !== "necessary");
const inEffect = () => {
  const said = (page.dataset.granted || "").split(" ");
  return ["necessary", ...optional.filter((one) => said.includes(one))];
};
let granted = inEffect();

const has = (category) => granted.includes(category);
const load = async () => TENANT;
const stage = () => {}; // these pages have their styles

// A decision made at a placeholder goes the way of the preference centre's form.
const decide = (word, accepted, surface) => {
  const form = document.querySelector("#ask-second form");
  const usual = form.dataset.surface;
  for (const box of form.querySelectorAll("[name=category]")) box.checked = accepted.includes(box.value);
  form.dataset.surface = surface;
  form.requestSubmit(form.querySelector(`[name=decision][value=${word}]`));
  form.dataset.surface = usual;
};
