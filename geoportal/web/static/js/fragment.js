// Sends a form and puts the part of the answer that changed into the page: nothing typed enters
// the browser's history. Without scripts the same form loads the same page.
import { all, byId, replaceChildren } from "./dom.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { t, w } from "./words.js";

/** The body of a form as it would be sent by a button. */
function bodyOf(form, submitter) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  if (submitter && submitter.name) body.append(submitter.name, submitter.value);
  return body;
}

/** Forms with `data-fragment-form="ID"` change only the element ID; `drawn` is called after. */
export function startFragments(drawn) {
  for (const form of all("[data-fragment-form]")) {
    form.addEventListener("submit", async (event) => {
      if (event.submitter && event.submitter.hasAttribute("formaction")) return; // leads to another page
      event.preventDefault();
      const place = byId(form.dataset.fragmentForm);
      place.classList.add("is-busy");
      announce(t("searching"));
      try {
        const fresh = (await api.postForm(form.action, bodyOf(form, event.submitter))).getElementById(form.dataset.fragmentForm);
        if (!fresh || fresh.hidden) {
          form.submit(); // the answer is about the form itself: let the whole page say so
          return;
        }
        place.replaceWith(document.importNode(fresh, true));
        drawn(byId(form.dataset.fragmentForm));
      } catch (error) {
        place.classList.remove("is-busy");
        announce(t("failed"));
        const note = form.querySelector("[data-fragment-failed]") || document.createElement("p");
        note.className = "notice";
        note.dataset.fragmentFailed = "";
        replaceChildren(note, w("failed"));
        form.append(note);
      }
    });
  }
}
