// Decisions on their way to the log: kept until the portal has them, whatever becomes of the page.
const QUEUE = "cookies_preferences_queue";
let memory = []; // where the browser allows no storage

const waiting = () => {
  try {
    return JSON.parse(localStorage[QUEUE] || null) || memory;
  } catch {
    return memory;
  }
};

const keep = (queue) => {
  memory = queue;
  try {
    if (queue.length) localStorage[QUEUE] = JSON.stringify(queue);
    else delete localStorage[QUEUE];
  } catch {}
};
