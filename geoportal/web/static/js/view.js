// List, map or both. A narrow screen has room for one: "both" is the list there.
import { all, byId } from "./dom.js";

const layout = byId("layout");
const narrow = window.matchMedia("screen and (max-width: 47.99rem)");

export const current = () => layout.dataset.view;
export const isNarrow = () => narrow.matches;

function paint() {
  const seen = narrow.matches && current() === "both" ? "list" : current();
  for (const button of all("[data-view-button]")) {
    button.setAttribute("aria-pressed", button.dataset.viewButton === seen ? "true" : "false");
  }
}

export function set(view) {
  layout.dataset.view = narrow.matches && view === "list" ? "both" : view;
  paint();
}

/** Calls back when the visitor chose a view, and when the screen became wide or narrow. */
export function start(changed) {
  for (const button of all("[data-view-button]")) {
    button.addEventListener("click", () => {
      set(button.dataset.viewButton);
      changed();
    });
  }
  const turned = () => {
    paint();
    changed();
  };
  if (narrow.addEventListener) narrow.addEventListener("change", turned);
  paint();
}
