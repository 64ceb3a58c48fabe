// Suggests known cookies in a form: every input marked `data-suggest`, whose value is the address to
// ask, offers those that fit the form's `name` and `domain`. It follows the combobox pattern of the
// WAI-ARIA Authoring Practices; the words come from the server.
{
  const PAUSE = 200; // milliseconds after the last key
  let count = 0;

  // By form, the texts that were filled in: what somebody wrote instead is never replaced.
  const forms = new WeakMap();
  const suggestedIn = (form) => forms.get(form) ?? forms.set(form, new Map()).get(form);

  class Suggestions {
    #input;
    #list = document.createElement("ul");
    #status = document.createElement("p");
    #found = [];
    #active = -1;
    #timer;
    #asking;
    #suggested;

    constructor(input) {
      this.#input = input;
      this.#suggested = suggestedIn(input.form);
      this.#list.id = `suggestions-${(count += 1)}`;
      this.#list.className = "suggestions";
      this.#list.hidden = true;
      this.#list.setAttribute("role", "listbox");
      this.#status.className = "visually-hidden";
      this.#status.setAttribute("role", "status");
      this.#prepare();
      this.#listen();
    }

    #prepare() {
      const facts = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
      for (const [name, value] of Object.entries(facts)) this.#input.setAttribute(name, value);
      this.#input.setAttribute("aria-controls", this.#list.id);
      this.#input.autocomplete = "off";
      this.#input.after(this.#list, this.#status);
      this.#input.parentElement.classList.add("suggesting");
    }

    #listen() {
      this.#input.addEventListener("input", () => this.#askSoon());
      this.#input.addEventListener("keydown", (event) => this.#onKey(event));
      this.#input.addEventListener("blur", () => this.#close());
      this.#list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps the focus
      this.#list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.#choose([...this.#list.children].indexOf(option));
      });
    }

    #askSoon() {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), PAUSE);
    }

    async #ask() {
      this.#asking?.abort();
      this.#asking = new AbortController();
      const address = new URL(this.#input.dataset.suggest, location.href);
      for (const name of ["name", "domain"]) address.searchParams.set(name, this.#value(name));
      try {
        const options = { signal: this.#asking.signal, redirect: "error" };
        const answer = await fetch(address, options);
        if (answer.ok) this.#show(await answer.json());
      } catch {
        this.#close(); // without an answer the form works as it does without suggestions
      }
    }

    #value(name) {
      return this.#input.form.elements.namedItem(name)?.value ?? "";
    }

    #show({ title, announcement, suggestions }) {
      if (document.activeElement !== this.#input) return;
      this.#found = suggestions;
      this.#list.setAttribute("aria-label", title);
      this.#list.replaceChildren(...suggestions.map((one, place) => this.#option(one, place)));
      this.#status.textContent = announcement;
      this.#open(suggestions.length > 0);
    }

    #option({ name, facts, purpose }, place) {
      const option = document.createElement("li");
      option.id = `${this.#list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      for (const [kind, text] of [["code", name], ["span", facts], ["small", purpose]]) {
        const part = document.createElement(kind);
        part.textContent = text;
        option.append(part, " ");
      }
      return option;
    }

    #open(open) {
      this.#list.hidden = !open;
      this.#input.setAttribute("aria-expanded", String(open));
      this.#activate(-1);
    }

    #close() {
      clearTimeout(this.#timer);
      this.#asking?.abort();
      this.#open(false);
    }

    #activate(place) {
      this.#active = place;
      [...this.#list.children].forEach((option, at) => {
        option.setAttribute("aria-selected", String(at === place));
        if (at === place) option.scrollIntoView({ block: "nearest" });
      });
      if (place < 0) this.#input.removeAttribute("aria-activedescendant");
      else this.#input.setAttribute("aria-activedescendant", `${this.#list.id}-${place}`);
    }

    #onKey(event) {
      if (event.isComposing) return;
      if (this.#list.hidden) {
        if (event.key === "ArrowDown") this.#askSoon();
        return;
      }
      const last = this.#found.length - 1;
      const acts = {
        ArrowDown: () => this.#activate(this.#active < last ? this.#active + 1 : 0),
        ArrowUp: () => this.#activate(this.#active > 0 ? this.#active - 1 : last),
        Escape: () => this.#close(),
      };
      if (this.#active >= 0) acts.Enter = () => this.#choose(this.#active);
      if (!acts[event.key]) return;
      event.preventDefault();
      event.stopPropagation(); // a dialog around the form stays open
      acts[event.key]();
    }

    #choose(place) {
      const { values, texts, chosen } = this.#found[place];
      for (const [name, value] of Object.entries(values)) this.#fill(name, value);
      for (const [name, text] of Object.entries(texts)) {
        if (["", this.#suggested.get(name)].includes(this.#value(name).trim())) this.#fill(name, text);
        this.#suggested.set(name, text);
      }
      this.#close();
      this.#status.textContent = chosen;
    }

    #fill(name, value) {
      const field = this.#input.form.elements.namedItem(name);
      if (!field) return;
      if (field.type === "checkbox") field.checked = value;
      else if (!field.options || [...field.options].some((one) => one.value === value)) field.value = value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  const begun = new WeakSet();
  const begin = (input) => {
    if (begun.has(input) || !input.matches?.("input[data-suggest]")) return;
    begun.add(input);
    new Suggestions(input);
  };
  document.querySelectorAll("input[data-suggest]").forEach(begin);
  document.addEventListener("focusin", (event) => begin(event.target)); // forms that come later
}
