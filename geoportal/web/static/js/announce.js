// Says things to screen readers, politely, and never the same region twice in a row unheard.
import { byId } from "./dom.js";

let pending = 0;

export function announce(text) {
  const region = byId("announcer");
  if (!region) return;
  region.textContent = "";
  window.clearTimeout(pending);
  pending = window.setTimeout(() => {
    region.textContent = text;
  }, 60);
}
