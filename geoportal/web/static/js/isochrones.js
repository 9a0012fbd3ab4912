// The areas from which the place is reached by car: drawn on the map and said in words. The place goes
// in the body of a POST; the answer stays in this page's memory.
import * as api from "./api.js";
import { announce } from "./announce.js";
import { byId, h, replaceChildren } from "./dom.js";
import { spoken, w } from "./words.js";

const km = (metres) => (metres / 1000).toFixed(1);

const words = ({ properties: { minutes, area_km2, north_m, east_m, south_m, west_m } }) =>
  h("li", {}, w("isochrones-area", {
    minutes, area: area_km2.toFixed(1), north: km(north_m), east: km(east_m), south: km(south_m), west: km(west_m),
  }));

/**
 * Lets the button of an answer show and take away the areas.
 * @param {HTMLElement} root of the answer
 * @param {{lon: number, lat: number} | null} place
 * @param {(features: any[]) => void} draw
 */
export function startIsochrones(root, place, draw) {
  const button = /** @type {HTMLButtonElement | null} */ (root.querySelector("[data-isochrones]"));
  if (!button || !place) return;
  button.parentElement.hidden = false;
  const told = byId("isochrones-told");
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    replaceChildren(told);
    if (!on) return draw([]);
    replaceChildren(told, h("p", {}, w("isochrones-waiting")));
    try {
      const { features, error_m, attribution } = await api.post("/api/v1/isochrones", {
        near: { lon: place.lon, lat: place.lat },
      });
      if (!button.isConnected) return;
      if (!features.length) throw new Error("no areas");
      const list = h("ul", { class: "bullets" }, ...features.slice().reverse().map(words));
      draw(features);
      announce(spoken(list));
      replaceChildren(
        told,
        list,
        h("p", {}, w("isochrones-method", { error: error_m }), " ", h("span", { lang: "ja" }, attribution))
      );
    } catch (error) {
      button.setAttribute("aria-pressed", "false");
      replaceChildren(told, h("p", {}, w("isochrones-failed")));
    }
  });
}
