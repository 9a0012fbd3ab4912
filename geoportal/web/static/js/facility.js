// A facility's page: its place on a small map, the shortlist, printing.
import { all, byId, h, revealScriptOnly } from "./dom.js";
import * as api from "./api.js";
import { isShown, layBaseMap, readBaseMap } from "./base_map.js";
import { Districts } from "./districts.js";
import { layLand } from "./land.js";
import { Names } from "./names.js";
import { startKeepButtons } from "./shortlist.js";
import { t } from "./words.js";

const WARD = 12; // zoom at which outlines tell where it is
const STREETS = 15;

function at(map, place) {
  const { x, y } = map.latLngToContainerPoint(place);
  return { left: x, top: y, radius: 20 };
}

function drawPlace(element) {
  const { lon, lat, uncertainty, mark, glyph, districts, names: named } = element.dataset;
  const place = L.latLng(Number(lat), Number(lon));
  const map = L.map(element, { zoomControl: false, scrollWheelZoom: false, zoomAnimation: false, maxZoom: 18 });
  L.control.zoom({ zoomInTitle: t("zoom-in"), zoomOutTitle: t("zoom-out") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.attributionControl.setPrefix('<a href="https://leafletjs.com/">Leaflet</a>');
  const base = readBaseMap(element);
  const shown = isShown(base);
  map.setView(place, shown ? STREETS : WARD, { animate: false });
  if (shown) {
    const layer = layBaseMap(map, base, () => {
      layer.remove();
      map.setView(place, WARD, { animate: false });
      layLand(map);
    });
  } else layLand(map);
  const names = new Names(map);
  if (Number(uncertainty) > 30) {
    L.circle(place, { radius: Number(uncertainty), interactive: false, className: "ring ring--uncertainty" }).addTo(map);
  }
  const pin = h("span", { class: "pin pin--result" }, h("span", { class: `glyph ${mark} glyph--pin`, "aria-hidden": "true" }, glyph));
  L.marker(place, {
    icon: L.divIcon({ html: pin, className: "pin-holder", iconSize: [36, 36] }), interactive: false, keyboard: false,
  }).addTo(map);
  const write = () => names.place([at(map, place)], shown ? "district" : "");
  map.on("moveend zoomend resize", write);
  window.matchMedia("print").addEventListener("change", () => { // another width: the place stays in the middle
    map.invalidateSize({ animate: false, pan: false });
    map.setView(place, map.getZoom(), { animate: false });
  });
  api.get(named).then(({ districts: texts, places }) => {
    names.addPlaces(places);
    return new Districts(map, districts, () => "outline", (features) => {
      names.setDistricts(features, texts);
      write();
    }).follow();
  }).catch(() => undefined);
}

revealScriptOnly();
startKeepButtons();
for (const button of all("[data-print]")) button.addEventListener("click", () => window.print());
const element = byId("facility-map");
if (element && window.L) drawPlace(element);
