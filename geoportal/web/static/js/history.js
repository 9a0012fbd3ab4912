// The browser's history of the search page: an entry for every question that was answered, so that
// Back returns to the one before. A home stays in this page's memory: the entry says no more than
// that there was one, and after a reload that is said to the visitor.

/**
 * What was asked: where from, and what the boxes of the form hold.
 * @typedef {object} Question
 * @property {{typed: string, fields: Record<string, string>}} home
 * @property {import("./form.js").FormValues} form
 */

/** @type {Map<number, Question>} by the number of the entry */
const asked = new Map();
const saved = window.history.state || {};
let here = saved.entry || 0;

/** Whether the page was loaded anew at an entry that had a home, or words in its place. */
export const homeIsLost = () => Boolean(saved.home) && !asked.size;

const mark = () => ({ entry: here, home: Boolean(Object.keys(asked.get(here).home.fields).length) });

/** Notes the question that the page answers now; another than before gets an entry of its own. */
export function note(/** @type {Question} */ question, /** @type {string} */ url) {
  const before = asked.get(here);
  const isNew = before !== undefined && JSON.stringify(before) !== JSON.stringify(question);
  if (isNew) here += 1;
  asked.set(here, structuredClone(question));
  window.history[isNew ? "pushState" : "replaceState"](mark(), "", url);
}

/** Calls back with the question of an entry the visitor returns to; one of before a reload is loaded. */
export function start(/** @type {(question: Question) => void} */ returnTo) {
  window.addEventListener("popstate", ({ state }) => {
    if (!state) {
      window.history.replaceState(mark(), ""); // a jump within the page
      return;
    }
    here = state.entry;
    const question = asked.get(here);
    if (question) returnTo(question);
    else window.location.reload();
  });
}
