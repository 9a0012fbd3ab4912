// Land around the districts held, drawn roughly: what lies beyond them is not all sea.
import * as api from "./api.js";

/** Draws the land below everything else; where it cannot be had, the map is without. */
export async function layLand(/** @type {L.Map} */ map) {
  map.createPane("land").style.zIndex = "300";
  map.attributionControl.addAttribution('<a href="https://www.naturalearthdata.com/">Natural Earth</a>');
  try {
    const land = await api.get("/api/v1/land");
    L.geoJSON(land, { pane: "land", interactive: false, style: { className: "land" } }).addTo(map);
  } catch (error) {
    // districts are drawn all the same
  }
}
