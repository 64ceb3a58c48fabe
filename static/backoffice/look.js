// The look is shown while it is chosen; the server says how well each colour can be read.
{
  const form = document.getElementById("look");
  const PAUSE = 120; // milliseconds without another key before the server is asked
  let waiting;

  const sampleOf = (box) =>
    document.querySelector(`.sample.${box.classList.contains("light") ? "light" : "dark"}`);

  const show = (box, facts) => {
    const { style } = sampleOf(box);
    for (const [name, value] of Object.entries(facts.properties)) style.setProperty(`--${name}`, value);
    for (const [name, pair] of Object.entries(facts.pairs)) {
      const row = box.querySelector(`[data-pair="${name}"]`);
      const verdict = row.querySelector("[data-verdict]");
      row.querySelector("[data-ratio]").textContent = pair.ratio;
      row.classList.toggle("weak", !pair.enough);
      verdict.className = `tag ${pair.enough ? "good" : "bad"}`;
      verdict.textContent = pair.enough ? verdict.dataset.good : verdict.dataset.bad;
    }
    box.querySelector("[data-instead]").textContent = facts.instead;
    box.querySelector(".instead").hidden = !facts.instead;
    box.querySelector("input[type=color]").value = facts.properties.accent;
  };

  const measure = async () => {
    const { accent, accent_dark } = form.elements;
    const query = new URLSearchParams({ accent: accent.value, accent_dark: accent_dark.value });
    const answer = await fetch(`${form.dataset.measured}?${query}`).catch(() => null);
    if (!answer?.ok) return;
    const measured = await answer.json();
    for (const [name, facts] of Object.entries(measured)) {
      show(form.querySelector(`[data-accent="${name}"]`), facts);
    }
  };

  const follow = ({ target }) => {
    for (const sample of document.querySelectorAll(".sample")) {
      if (target.name === "corner" && target.validity.valid && target.value) {
        sample.style.setProperty("--corner", `${target.value}px`);
      }
      if (target.name === "position") sample.dataset.position = target.value;
      const words = sample.querySelector(`[data-word="${CSS.escape(target.name)}"]`);
      if (words) words.textContent = target.value.trim() || words.dataset.builtIn;
    }
    if (!target.classList.contains("colour")) return;
    clearTimeout(waiting);
    waiting = setTimeout(measure, PAUSE);
  };

  // A picker beside the text: either can be used, and each follows the other.
  const addPicker = (box) => {
    const text = box.querySelector("input.colour");
    const picker = Object.assign(document.createElement("input"), { type: "color", value: text.value });
    picker.setAttribute("aria-label", box.querySelector("label").textContent);
    const take = (value) => {
      text.value = value;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    };
    picker.addEventListener("input", () => take(picker.value));
    text.before(picker);
    const button = box.querySelector(".instead button");
    button.hidden = false;
    button.addEventListener("click", () => {
      take(box.querySelector("[data-instead]").textContent);
      text.focus();
    });
  };

  if (form) {
    form.querySelectorAll("[data-accent]").forEach(addPicker);
    form.addEventListener("input", follow);
  }
}
