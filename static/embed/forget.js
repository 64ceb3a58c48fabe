// What a refused category left behind goes: cookies on every host and path above, and stored keys, in
// all storages unless some are named, since to open one a page waits for the browser.
const named = (categories) => new RegExp(`^(?:${categories.map((one) => TENANT.categories[one].names).filter(Boolean).join("|") || "(?!)"})$`);

const erase = (name) => {
  const hosts = location.hostname.split(".").map((_, index, parts) => `;domain=${parts.slice(index).join(".")}`);
  const secure = location.protocol === "https:" ? ";secure" : "";
  let path = "";
  const paths = location.pathname.split("/").slice(1).flatMap((part) => [`${path}/`, (path += `/${part}`)]);
  for (const where of paths) {
    for (const host of ["", ...hosts]) document.cookie = `${name}=;max-age=0;path=${where}${host}${secure}`;
  }
};

const forget = (storages) => {
  const refused = named(optional.filter((one) => !has(one)));
  const needed = named(granted);
  const goes = (name) => refused.test(name) && !needed.test(name);
  document.cookie.split("; ").map((one) => one.split("=")[0]).filter(goes).forEach(erase);
  for (const kind of storages || ["localStorage", "sessionStorage"]) {
    try {
      Object.keys(window[kind]).filter(goes).forEach((name) => delete window[kind][name]);
    } catch {}
  }
};
