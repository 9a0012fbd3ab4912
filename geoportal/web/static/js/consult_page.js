// The pages "from a note" and "team": same forms as without scripts, without leaving the page.
import { all, byId, revealScriptOnly } from "./dom.js";
import { announce } from "./announce.js";
import { startFragments } from "./fragment.js";
import { keepAll, paintKeepButtons, startKeepButtons } from "./shortlist.js";
import { startSuggestions } from "./suggest.js";
import { t } from "./words.js";

function dress(root) {
  startPrinting(root);
  all("[data-suggest]", root).forEach(startSuggestions);
  paintKeepButtons();
  for (const button of all("[data-keep-all]", root)) {
    button.addEventListener("click", () => {
      const added = keepAll(button.dataset.keepAll.trim().split(/\s+/));
      paintKeepButtons();
      announce(t("kept-count", { count: added }));
    });
  }
}

/** A printed team has the home's address only where that is asked for. */
function startPrinting(root) {
  for (const button of all("[data-print]", root)) button.addEventListener("click", () => window.print());
  for (const box of all("[data-print-home]", root)) {
    box.addEventListener("change", () => {
      const place = byId("paper-home");
      place.hidden = !box.checked;
      place.textContent = box.checked ? t("paper-home", { address: byId("address").value.trim() }) : "";
    });
  }
}

function show(root) {
  dress(root);
  const address = root.querySelector("#confirm-address");
  const go = root.querySelector("#confirm-go");
  const title = root.querySelector("h2");
  const next = go ? (address.value ? go : address) : title;
  title.scrollIntoView({ block: "start", behavior: "auto" });
  next.focus({ preventScroll: Boolean(!go) });
  announce(title.textContent);
}

revealScriptOnly();
startFragments(show);
dress(document);
startKeepButtons();
const note = byId("note");
if (note) {
  note.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) note.form.requestSubmit();
  });
}
if (byId("error-summary")) byId("error-summary").focus();
