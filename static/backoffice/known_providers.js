// The list of known providers is filtered while one types; without this, the form asks the server.
for (const form of document.querySelectorAll(".known-search")) {
  const search = form.elements.q;
  const status = form.querySelector("[role=status]");
  const cards = [...document.querySelectorAll(".known-providers [data-search]")];
  const sections = [...document.querySelectorAll(".known-providers section")];
  const kept = document.querySelector("#add-known input[name=q]");

  const filter = () => {
    const wanted = search.value.trim().toLowerCase();
    for (const card of cards) card.hidden = !card.dataset.search.includes(wanted);
    for (const section of sections) {
      section.hidden = !section.querySelector("[data-search]:not([hidden])");
      const link = document.querySelector(`.known-kinds a[href="#${section.querySelector("h2").id}"]`);
      link.parentElement.hidden = section.hidden;
    }
    const found = cards.filter((card) => !card.hidden).length;
    document.querySelector(".known-none").hidden = found > 0;
    status.textContent = status.dataset.words.replace("{found}", found).replace("{total}", cards.length);
    if (kept) kept.value = search.value;
  };

  search.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("pageshow", filter);
}
