// The place above the results where the page speaks to the visitor.
import { announce } from "./announce.js";
import { byId, h, replaceChildren } from "./dom.js";
import { t, w } from "./words.js";

const place = byId("notice");

function show(words, text, pieces) {
  replaceChildren(place, h("p", {}, words), pieces);
  place.hidden = false;
  place.scrollIntoView({ block: "nearest", behavior: "auto" });
  announce(text);
}

/** Says a message. */
export const say = (key, ...pieces) => show(w(key), t(key), pieces);

/** Says a text that is made elsewhere. */
export const sayPlain = (text, ...pieces) => show(text, text, pieces);

export function hush() {
  place.hidden = true;
  replaceChildren(place);
}

/** A button under what was said: what the visitor can do about it. */
export const remedy = (key, action) =>
  h("p", {}, h("button", { type: "button", class: "button button--quiet", on: { click: action } }, w(key)));
