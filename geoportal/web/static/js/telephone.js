// A telephone number that a phone dials when it is touched.
import { h } from "./dom.js";
import { w } from "./words.js";

const dial = (number) => number.normalize("NFKC").replace(/[^0-9+]/g, "");

export const telephone = (number) =>
  h("a", { class: "tel", href: `tel:${dial(number)}` },
    h("span", { class: "tel__label" }, w("phone")), " ", h("span", { class: "tel__number" }, number));
