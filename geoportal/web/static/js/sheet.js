// Our own overview of the shortlist on A4: a numbered map in black and white, drawn from our own
// outlines, a list, and lines for the answers. It names every facility: it is for our own desk.
import { h } from "./dom.js";
import { plain, t } from "./words.js";

const WIDTH = 720; // units of the drawing; on paper it is as wide as the page
const HEIGHT = 340;
const EDGE = 34;
const LABEL = 11;
const LEAST_SPAN_DEGREES = 0.03;
const NAME_STEP = 24;
const NAME_EDGE = 48;
const NAME_ROOM = 40;

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Returns a function from lon, lat to the drawing, north up, equal scale both ways. */
function projection(places) {
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  const middle = [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
  const squeeze = Math.cos((middle[1] * Math.PI) / 180);
  const spanX = Math.max((Math.max(...lons) - Math.min(...lons)) * squeeze, LEAST_SPAN_DEGREES);
  const spanY = Math.max(Math.max(...lats) - Math.min(...lats), LEAST_SPAN_DEGREES / 2);
  const scale = Math.min((WIDTH - 2 * EDGE) / spanX, (HEIGHT - 2 * EDGE) / spanY);
  const project = ([lon, lat]) => [WIDTH / 2 + (lon - middle[0]) * squeeze * scale, HEIGHT / 2 - (lat - middle[1]) * scale];
  return Object.assign(project, { metres: scale / 111195, middle, squeeze, scale });
}

/** Moves the numbers off each other; each stays joined to its place by a line. */
function apart(labels) {
  for (let round = 0; round < 200; round += 1) {
    for (const one of labels) {
      for (const other of labels) {
        if (one === other) continue;
        const dx = one.x - other.x || (labels.indexOf(one) - labels.indexOf(other)) * 0.1;
        const dy = one.y - other.y;
        const far = Math.hypot(dx, dy) || 0.1;
        if (far >= 2.3 * LABEL) continue;
        const push = (2.3 * LABEL - far) / 2 / far;
        one.x += dx * push;
        one.y += dy * push;
      }
      one.x = Math.min(Math.max(one.x, LABEL + 2), WIDTH - LABEL - 2);
      one.y = Math.min(Math.max(one.y, LABEL + 2), HEIGHT - LABEL - 2);
    }
  }
}

function outline(feature, project) {
  const { type, coordinates } = feature.geometry;
  const parts = type === "Polygon" ? [coordinates] : coordinates;
  const rings = parts.flat().map((ring) => `M${ring.map((place) => project(place).map((n) => n.toFixed(1)).join(" ")).join("L")}Z`);
  return svg("path", { d: rings.join(""), class: "sheet__outline" });
}

/** Says whether a place of the drawing lies in a ring: crossings of a line to the left. */
function within([x, y], ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) odd = !odd;
  }
  return odd;
}

/** The name of a district in the middle of what the frame shows of it, away from numbers. */
function districtName(feature, project, labels) {
  const { type, coordinates } = feature.geometry;
  const rings = (type === "Polygon" ? [coordinates] : coordinates).map(([ring]) => ring.map(project));
  const spots = [];
  for (let x = NAME_EDGE; x <= WIDTH - NAME_EDGE; x += NAME_STEP) {
    for (let y = NAME_EDGE / 2; y <= HEIGHT - NAME_EDGE; y += NAME_STEP) {
      spots.push({ x, y, here: rings.some((ring) => within([x, y], ring)) });
    }
  }
  const others = spots.filter(({ here }) => !here).concat(labels);
  let best = null;
  for (const spot of spots.filter(({ here }) => here)) {
    const room = others.reduce((least, other) => Math.min(least, Math.hypot((spot.x - other.x) / 2, spot.y - other.y)), NAME_ROOM);
    const cost = Math.hypot(spot.x - WIDTH / 2, spot.y - HEIGHT / 2) / WIDTH - room;
    if (room > NAME_STEP / 2 && (!best || cost < best.cost)) best = { ...spot, cost };
  }
  return best && svg("text", { x: best.x, y: best.y + 4, class: "sheet__district" }, feature.properties.name);
}

/** North is up; a map without an arrow leaves one to guess. */
function north(labels) {
  const taken = labels.some((label) => label.x > WIDTH - 60 && label.y < 75);
  const x = taken ? 22 : WIDTH - 22;
  return svg("g", {},
    svg("path", { d: `M${x} 12L${x + 6} 30L${x} 26L${x - 6} 30Z`, class: "sheet__place" }),
    svg("text", { x, y: 44, class: "sheet__scale-text" }, t("sheet-north")));
}

function scaleBar(project) {
  const metres = [500, 1000, 2000, 5000, 10000].find((length) => length * project.metres > 70) || 20000;
  const length = metres * project.metres;
  const [x, y] = [WIDTH - EDGE / 2 - length, HEIGHT - 12];
  return svg("g", {},
    svg("path", { d: `M${x} ${y - 5}V${y}H${x + length}V${y - 5}`, class: "sheet__scale" }),
    svg("text", { x: x + length / 2, y: y - 5, class: "sheet__scale-text" }, metres < 1000 ? `${metres} m` : `${metres / 1000} km`));
}

/** What the map shows of the earth: its `box` (`west,south,east,north`) and the `zoom` of a map as fine; null without a place. */
export function frameOf(features) {
  const places = features.filter((feature) => feature && feature.geometry).map(({ geometry }) => geometry.coordinates);
  if (!places.length) return null;
  const { middle, squeeze, scale } = projection(places);
  const [wide, high] = [WIDTH / 2 / squeeze / scale, HEIGHT / 2 / scale];
  const edges = [middle[0] - wide, middle[1] - high, middle[0] + wide, middle[1] + high];
  const zoom = Math.round(Math.log2((scale * squeeze * 360) / 256));
  return { box: edges.map((degrees) => degrees.toFixed(4)).join(), zoom: Math.min(Math.max(zoom, 5), 12) };
}

/** Draws the map; `entries` have `number` and `feature`; null when no place is known. */
export function drawMap(entries, districts) {
  const placed = entries.filter(({ feature }) => feature && feature.geometry);
  if (!placed.length) return null;
  const project = projection(placed.map(({ feature }) => feature.geometry.coordinates));
  const labels = placed.map(({ number, feature }) => {
    const [px, py] = project(feature.geometry.coordinates);
    return { number, px, py, x: px + 9, y: py - 9 };
  });
  apart(labels);
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "sheet__map", role: "img", "aria-label": t("sheet-map") },
    svg("rect", { x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1, class: "sheet__frame" }),
    ...districts.map((feature) => outline(feature, project)),
    ...districts.map((feature) => districtName(feature, project, labels)).filter(Boolean),
    scaleBar(project),
    north(labels),
    ...labels.map(({ px, py, x, y }) => svg("path", { d: `M${px.toFixed(1)} ${py.toFixed(1)}L${x.toFixed(1)} ${y.toFixed(1)}`, class: "sheet__line" })),
    ...labels.map(({ px, py }) => svg("circle", { cx: px.toFixed(1), cy: py.toFixed(1), r: 3, class: "sheet__place" })),
    ...labels.map(({ x, y, number }) => svg("g", {},
      svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: LABEL, class: "sheet__label" }),
      svg("text", { x: x.toFixed(1), y: (y + 5).toFixed(1), class: "sheet__number" }, String(number)))));
}

const blank = (label) => h("p", { class: "sheet__blank" }, h("span", {}, label));

function entryRow({ number, feature, item, far }, kinds, withNotes) {
  if (!feature) return h("tr", {}, h("th", { scope: "row" }, number), h("td", { colspan: "3" }, t("shortlist-gone")));
  const p = feature.properties;
  return h("tr", {},
    h("th", { scope: "row" }, h("span", { class: "sheet__numeral" }, number)),
    h("td", {}, h("strong", {}, p.name), `（${plain(kinds[p.kind].short)}）`, p.fictional ? `【${t("fictional")}】` : "", h("br", {}), p.address, far ? h("span", {}, `　${far}`) : "",
      feature.geometry ? "" : ` ${t("sheet-off-map")}`,
      withNotes && item.note ? h("p", { class: "sheet__note" }, item.note) : null),
    h("td", { class: "sheet__numbers" }, `${t("phone")} `, h("strong", {}, p.phone || "―"), h("br", {}), `${t("fax")} `, h("strong", {}, p.fax || "―")),
    h("td", { class: "sheet__answer" }, item.status && item.status !== "none" ? h("strong", { class: "sheet__status" }, t(`status-${item.status}`)) : null, `□ ${t("status-accepted")}　□ ${t("status-declined")}`, h("br", {}), `□ ${t("status-callback")}（　　/　　　：　　）`,
      h("span", { class: "sheet__rule" })));
}

/** Builds the sheet; `entries` have `number`, `feature` (or null) and the shortlist's `item`. */
export function buildSheet(entries, districts, kinds, { withNotes, today, asked }) {
  return h("section", { class: "sheet", "aria-label": t("sheet-title") },
    h("div", { class: "sheet__head" },
      h("h2", {}, t("sheet-title")),
      h("p", {}, t("sheet-made", { date: today }))),
    h("p", { class: "sheet__own" }, t("sheet-own")),
    asked ? h("p", { class: "sheet__asked" }, `${t("sheet-asked")} `, h("strong", {}, asked)) : blank(t("sheet-asked")),
    drawMap(entries, districts),
    h("table", { class: "sheet__list" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("sheet-number")), h("th", { scope: "col" }, t("name")), h("th", { scope: "col" }, `${t("phone")}・${t("fax")}`), h("th", { scope: "col" }, t("answer")))),
      h("tbody", {}, entries.map((entry) => entryRow(entry, kinds, withNotes)))),
    h("div", { class: "sheet__free" }, blank(t("sheet-free")), blank(""), blank("")),
    h("p", { class: "sheet__foot" }, t("sheet-foot")));
}
