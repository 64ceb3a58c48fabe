// Nodes from a tree that the portal writes, one by one, which Trusted Types allow.
const build = ([tag, attributes, ...children], names) => {
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  for (const one of children) {
    element.append(one.map ? build(one, names) : names ? one.replace(/{(\w+)}/g, (_, name) => names[name]) : one);
  }
  return element;
};

const dressed = (element, dir) => {
  element.lang = language;
  element.dir = dir;
  return element;
};
