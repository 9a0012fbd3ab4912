// The shortlist: kept in this browser only, never sent anywhere.
import { all } from "./dom.js";
import { announce } from "./announce.js";
import { t } from "./words.js";

const KEY = "geoportal.shortlist.v1";
export const LIMIT = 30;

export function load() {
  try {
    const kept = JSON.parse(window.localStorage.getItem(KEY) || "[]");
    return Array.isArray(kept) ? kept.filter((item) => item && typeof item.id === "string") : [];
  } catch (error) {
    return [];
  }
}

export function save(items) {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(items));
    return true;
  } catch (error) {
    return false;
  }
}

const has = (id) => load().some((item) => item.id === id);

function toggle(id) {
  const items = load();
  const at = items.findIndex((item) => item.id === id);
  if (at >= 0) items.splice(at, 1);
  else if (items.length >= LIMIT) return null;
  else items.push({ id, status: "", note: "" });
  save(items);
  return at < 0;
}

/** Adds several at once; returns how many were new. */
export function keepAll(ids) {
  const items = load();
  const fresh = ids.filter((id) => !items.some((item) => item.id === id)).slice(0, LIMIT - items.length);
  save(items.concat(fresh.map((id) => ({ id, status: "", note: "" }))));
  return fresh.length;
}

/** Shows on every button of the page (`data-keep`) whether its facility is kept. */
export function paintKeepButtons() {
  for (const button of all("[data-keep]")) {
    const kept = has(button.dataset.keep);
    button.setAttribute("aria-pressed", String(kept));
    button.firstElementChild.textContent = kept ? "★" : "☆";
  }
}

/** Lets the buttons of the page keep and drop facilities; calls back after each change. */
export function startKeepButtons(changed = () => undefined) {
  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest("[data-keep]"));
    if (!button) return;
    const kept = toggle(button.dataset.keep);
    const name = button.lastElementChild.textContent.trim();
    paintKeepButtons();
    announce(kept === null ? t("keep-full", { count: LIMIT }) : t(kept ? "kept" : "unkept", { name }));
    changed();
  });
  paintKeepButtons();
}
