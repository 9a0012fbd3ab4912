// The need picker: find a need by everyday words (胃ろう, 床ずれ, 訪看 …), choose, clear.
import { all, byId } from "./dom.js";
import { announce } from "./announce.js";
import { t } from "./words.js";

const fold = (text) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60))
    .replace(/[\s・()（）]/g, "");

export function startNeedPicker(form) {
  const box = byId("need-words");
  const filter = byId("need-filter");
  if (!box || !filter) return;
  let folded = null; // made when it is first needed: the page is usable sooner
  const labels = () => {
    folded = folded || all("label[data-words]", filter).map((label) => ({
      label,
      words: fold(`${label.dataset.words} ${label.textContent}`),
    }));
    return folded;
  };
  const none = filter.querySelector(".need-none");

  const narrow = () => {
    const wanted = box.value.split(/\s+/).map(fold).filter(Boolean);
    let shown = 0;
    for (const { label, words } of labels()) {
      const chosen = label.querySelector("input").checked;
      const hit = wanted.every((word) => words.includes(word));
      label.hidden = !(hit || chosen);
      if (!label.hidden) shown += 1;
    }
    for (const group of all("fieldset", filter)) {
      group.hidden = !all("label[data-words]", group).some((label) => !label.hidden);
    }
    none.hidden = shown > 0;
    if (wanted.length) announce(t("needs-found", { count: shown }));
  };

  let wait = 0;
  box.addEventListener("input", () => {
    window.clearTimeout(wait);
    wait = window.setTimeout(narrow, 120);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    narrow();
    const first = labels().find(({ label }) => !label.hidden && !label.querySelector("input").checked);
    if (first && box.value.trim()) {
      const input = first.label.querySelector("input");
      input.checked = true;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      box.value = "";
      narrow();
      announce(t("need-added", { name: first.label.querySelector("span").textContent.trim() }));
    }
  });
  form.addEventListener("needs-changed", () => box.value && narrow());
}
