// A facility's page: its place on a small map, the shortlist, printing.
import { all, byId, h, revealScriptOnly } from "./dom.js";
import * as api from "./api.js";
import { keepButton } from "./shortlist.js";
import { t } from "./words.js";

function drawPlace(element) {
  const { lon, lat, uncertainty, mark, glyph, districts } = element.dataset;
  const place = [Number(lat), Number(lon)];
  const map = L.map(element, { zoomControl: false, scrollWheelZoom: false, zoomAnimation: false, maxZoom: 18 });
  L.control.zoom({ zoomInTitle: t("zoom-in"), zoomOutTitle: t("zoom-out") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.attributionControl.setPrefix('<a href="https://leafletjs.com/">Leaflet</a>');
  map.setView(place, 13, { animate: false });
  if (Number(uncertainty) > 30) {
    L.circle(place, { radius: Number(uncertainty), interactive: false, className: "ring ring--uncertainty" }).addTo(map);
  }
  const pin = h("span", { class: "pin pin--result" }, h("span", { class: `glyph ${mark} glyph--pin`, "aria-hidden": "true" }, glyph));
  L.marker(place, {
    icon: L.divIcon({ html: pin, className: "pin-holder", iconSize: [36, 36] }), interactive: false, keyboard: false,
  }).addTo(map);
  api.get(districts).then((collection) => {
    for (const feature of collection.features) {
      if (feature.geometry && !["prefecture", "medical_area"].includes(feature.properties.level)) {
        L.geoJSON(feature, { interactive: false, style: { className: "outline" } }).addTo(map).bringToBack();
      }
    }
  }).catch(() => undefined);
}

revealScriptOnly();
const article = document.querySelector("[data-facility]");
byId("keep-place").append(keepButton(article.dataset.facility, article.dataset.name));
for (const button of all("[data-print]")) button.addEventListener("click", () => window.print());
const element = byId("facility-map");
if (element && window.L) drawPlace(element);
