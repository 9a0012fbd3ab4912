// Whom to call: the centre responsible for the place asked about, always on the page.
import { h, replaceChildren } from "./dom.js";
import { telephone } from "./telephone.js";
import { moment, w, withLanguage } from "./words.js";

export class CentreBox {
  constructor(root, centres) {
    this.root = root;
    this.centres = new Map((centres || []).map((centre) => [centre.id, centre]));
  }

  show(brief, origin) {
    const found = brief.map((item) => ({ ...item, ...(this.centres.get(item.id) || {}) }));
    if (!found.length && origin && origin.centre) found.push({ ...origin.centre, ...(this.centres.get(origin.centre.id) || {}) });
    if (!found.length) {
      replaceChildren(this.root, h("p", { class: "centre-box__lead" }, w("centre-any"), " ",
        h("a", { href: withLanguage("/centres") }, w("centre-all"))));
      return;
    }
    replaceChildren(this.root, h("p", { class: "centre-box__lead" }, w("centre-lead")), found.map((centre) => this._one(centre)));
  }

  _one(centre) {
    return h(
      "div",
      { class: "centre" },
      h("h2", { class: "centre__name", lang: "ja" }, centre.name),
      h("p", {}, telephone(centre.phone)),
      centre.open_now
        ? h("p", { class: "centre__open" },
            h("span", { class: `open open--${centre.open_now}` }, w(`now-${centre.open_now}`)),
            centre.open_now !== "open" && centre.next_opening ? [" ", w("next-opening", { when: moment(centre.next_opening) })] : null)
        : null
    );
  }
}
