// The place above the results where the page speaks to the visitor.
import { announce } from "./announce.js";
import { byId, h, replaceChildren } from "./dom.js";
import { t } from "./words.js";

const place = byId("notice");

export function say(key, ...pieces) {
  sayText(t(key), ...pieces);
}

export function sayText(text, ...pieces) {
  replaceChildren(place, h("p", {}, text), pieces);
  place.hidden = false;
  announce(text);
}

export function hush() {
  place.hidden = true;
  replaceChildren(place);
}

/** A button under what was said: what the visitor can do about it. */
export const remedy = (key, action) =>
  h("p", {}, h("button", { type: "button", class: "button button--quiet", on: { click: action } }, t(key)));
