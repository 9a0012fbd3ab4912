// The shortlist: kept in this browser only, never sent anywhere.
import { h, replaceChildren } from "./dom.js";
import { announce } from "./announce.js";
import { t, w } from "./words.js";

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

export const has = (id) => load().some((item) => item.id === id);

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

export function keepButton(id, name, onChange) {
  const button = h("button", { type: "button", class: "button button--quiet button--small keep" });
  const paint = () => {
    const kept = has(id);
    button.setAttribute("aria-pressed", kept ? "true" : "false");
    replaceChildren(button,
      h("span", { "aria-hidden": "true" }, kept ? "★" : "☆"),
      " ", w("keep"),
      h("span", { class: "visually-hidden", lang: "ja" }, ` ${name}`)
    );
  };
  button.addEventListener("click", () => {
    const kept = toggle(id);
    paint();
    announce(kept === null ? t("keep-full", { count: LIMIT }) : t(kept ? "kept" : "unkept", { name }));
    if (onChange) onChange(load().length);
  });
  button.addEventListener("repaint", paint);
  paint();
  return button;
}
