// Nodes from a tree that the portal writes, one by one, which Trusted Types allow.
const build = ([tag, attributes, ...children], values) => {
  const filled = (text) => (values ? text.replace(/{(\w+)}/g, (_, name) => values[name]) : text);
  const element = document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, filled(attributes[name]));
  for (const one of children) element.append(one.map ? build(one, values) : filled(one));
  return element;
};

const dressed = (element, dir) => {
  element.lang = language;
  element.dir = dir;
  return element;
};
