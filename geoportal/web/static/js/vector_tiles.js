// A base map of vector tiles in the schema of Protomaps basemaps, drawn by protomaps-leaflet. The
// library is loaded where such a base map is in force.
import { loadScript } from "./dom.js";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const SHARPEST = 2; // pixels of the canvas to one of the page
const STATIONS_FROM = 12;

/** Colours: ground and water of the map without tiles, everything else pale, as pins lie on it. */
const PALETTES = {
  light: {
    ground: "#ebe8e0", water: "#cfdfea", green: "#d9e6d0", built: "#e3dfd6", care: "#f6e6e6", sand: "#f1ecd9",
    buildings: "#d6d2c8", roads: "#ffffff", rail: "#6b6b6b", border: "#9a94a8",
    label: "#333333", soft: "#5c5a52", sea: "#1f5a86", halo: "#ffffff",
  },
  dark: {
    ground: "#2b2f35", water: "#1b2530", green: "#2b3a30", built: "#31343a", care: "#3d3236", sand: "#39372f",
    buildings: "#3b4048", roads: "#545c68", rail: "#a0a6b0", border: "#857f94",
    label: "#f2f2f2", soft: "#c3c0b6", sea: "#9cc7ea", halo: "#16181d",
  },
};

/** The colours by the names the library knows them under. */
const flavor = (p) => ({
  earth: p.ground, water: p.water, buildings: p.buildings, major: p.roads, railway: p.rail, boundaries: p.border,
  park_a: p.green, park_b: p.green, wood_a: p.green, wood_b: p.green, scrub_a: p.green, scrub_b: p.green, zoo: p.green,
  hospital: p.care, school: p.built, industrial: p.built, aerodrome: p.built, pedestrian: p.built, pier: p.built,
  runway: p.roads, glacier: p.roads, beach: p.sand, sand: p.sand,
  city_label: p.label, city_label_halo: p.halo, country_label: p.soft, state_label: p.soft, state_label_halo: p.halo,
  roads_label_major: p.soft, roads_label_major_halo: p.halo, roads_label_minor: p.soft, roads_label_minor_halo: p.halo,
  ocean_label: p.sea,
});

/** Names of stations, which the library's own rules leave out. */
const stations = (painter, palette, names) => ({
  dataLayer: "pois",
  minzoom: STATIONS_FROM,
  filter: (_zoom, feature) => feature.props.kind === "station",
  symbolizer: new painter.CenteredTextSymbolizer({
    labelProps: names, font: "600 12px sans-serif", width: 2, fill: palette.label, stroke: palette.halo,
  }),
});

/** Gets tiles as the library asks an archive for them: nothing where there is none. */
const sourceOf = (base, came, failed) => ({
  async getZxy(z, x, y, signal) {
    const url = L.Util.template(base.url, { z, x, y });
    const answer = await fetch(url, { signal, credentials: "omit", referrerPolicy: "no-referrer" });
    if (answer.ok) {
      came();
      return { data: await answer.arrayBuffer() };
    }
    if (answer.status !== 404) failed();
    return undefined;
  },
});

/**
 * Makes the layer of a base map of vector tiles; `came` is called for each tile, `failed` when the
 * library or a tile cannot be had. Its colours follow the system's.
 * @param {import("./base_map.js").BaseMap} base @param {L.GridLayerOptions} options
 * @param {() => void} came @param {() => void} failed
 */
export function vectorLayer(base, options, came, failed) {
  const group = L.layerGroup();
  const lang = document.documentElement.lang === "en" ? "en" : "ja";
  const source = sourceOf(base, came, failed);
  const draw = () => {
    const painter = /** @type {any} */ (window).protomapsL;
    const palette = PALETTES[dark.matches ? "dark" : "light"];
    const labels = painter.labelRules(flavor(palette), lang);
    group.clearLayers().addLayer(painter.leafletLayer({
      ...options, url: source, maxDataZoom: base.area.max_zoom, lang,
      paintRules: painter.paintRules(flavor(palette)),
      labelRules: [stations(painter, palette, [`name:${lang}`, "name"]), ...labels],
      devicePixelRatio: Math.min(SHARPEST, window.devicePixelRatio || 1),
    }));
  };
  group.on("add", () => {
    loadScript(base.painter).then(draw).catch(failed);
    dark.addEventListener("change", draw);
  });
  group.on("remove", () => dark.removeEventListener("change", draw));
  return group;
}
