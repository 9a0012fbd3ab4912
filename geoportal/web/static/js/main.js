// The search page: form, list and map kept in step. The server reads what is asked, answers it and
// writes the list; its answer is put into the page here. The home lives in memory and in the bodies
// of our POSTs only.
import { all, byId, h, readJson, replaceChildren, revealScriptOnly } from "./dom.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { startSwitch } from "./base_map.js";
import * as form from "./form.js";
import { startIsochrones } from "./isochrones.js";
import { MapPane } from "./map_pane.js";
import { startNeedPicker } from "./needs.js";
import { hush, remedy, say } from "./notice.js";
import { adopt, ResultList } from "./results.js";
import * as history from "./history.js";
import { copyLink, followUrl, shareUrl } from "./share.js";
import { load as loadShortlist, paintKeepButtons, startKeepButtons } from "./shortlist.js";
import { startSuggestions } from "./suggest.js";
import { copyResults } from "./take_away.js";
import * as view from "./view.js";
import { t, w } from "./words.js";

/**
 * What the server says beside the list.
 * @typedef {object} Answer
 * @property {boolean} understood false when the visitor has to choose a place first
 * @property {"address" | "point" | "words" | "ward" | ""} place what the search goes by
 * @property {boolean} answered whether there is a list
 * @property {{lon: number, lat: number, uncertainty_m: number} | null} origin
 * @property {import("./form.js").FormValues} form
 * @property {{kind: Record<string, number>, need: Record<string, number>} | null} facets
 * @property {string} url address of the page for this search, without a home
 * @property {string} said for announcement
 */

/** @typedef {Record<string, string>} Fields of a form, by name */

const HOME_FIELDS = ["address", "lon", "lat", "via", "q"];
const layout = byId("layout");
const list = new ResultList({ highlight: (id) => pane.highlight(id), select: selectOnMap });
const pane = new MapPane(byId("map"), readJson("config"), {
  hover: (id) => list.highlight(id),
  pick(id) {
    chosen = id;
    pane.select(id);
    list.select(id, !view.isNarrow());
  },
  centre: (point) => searchAround(point, "map"),
  loaded: (counts) => answered || form.showKindCounts(counts),
  failed: () => say("map-failed"),
});

/** What the search goes by, and the text of the box it was read from. */
let home = { typed: "", fields: /** @type {Fields} */ ({}) };
/** @type {AbortController | null} */
let running = null;
let answered = false;
let chosen = ""; // the result last picked, by button or on the map

// ---- list, map or both -----------------------------------------------------------------------------

function selectOnMap(/** @type {string} */ id) {
  chosen = id;
  list.highlight(id);
  if (view.isNarrow() && view.current() !== "map") changeView("map");
  else if (view.current() === "list") changeView("both");
  if (pane.select(id)) byId("map").scrollIntoView({ block: "nearest", behavior: "auto" });
}

function changeView(/** @type {string} */ name) {
  view.set(name);
  viewChanged();
}

/** Where one of list and map is seen: the map from its top, the list at the result last chosen. */
function viewChanged() {
  window.history.replaceState(window.history.state, "", shareUrl(view.current()));
  followUrl();
  if (view.isNarrow() && answered) {
    const card = view.current() === "map" ? null : byId(`r-${chosen}`);
    (card || byId("found")).scrollIntoView({ block: "start", behavior: "auto" });
  }
  pane.open();
}

// ---- ask and show ----------------------------------------------------------------------------------

/** The body of a question: the form, the home in place of the box's text, and what is changed. */
function body(/** @type {Fields} */ place, /** @type {Fields} */ changes) {
  const fields = new URLSearchParams(/** @type {any} */ (new FormData(form.element)));
  for (const name of HOME_FIELDS) fields.delete(name);
  for (const [name, value] of Object.entries({ ...place, ...changes, view: view.current() })) fields.set(name, value);
  return fields;
}

/** Says to eyes and ears that an answer is on its way: in the list, and on the button pressed. */
function busy(/** @type {boolean} */ on) {
  list.busy(on);
  layout.classList.toggle("is-loading", on);
  document.body.classList.toggle("is-searching", on);
}

/**
 * Asks the server; resolves to the answer's document, null when it failed or another question came.
 * @param {Fields} place @param {Fields} changes @param {() => void} again
 */
async function fetchAnswer(place, changes, again) {
  if (running) running.abort();
  const controller = new AbortController();
  running = controller;
  busy(true);
  try {
    const fragment = await api.postForm(form.element.dataset.results, body(place, changes), controller.signal);
    return controller.signal.aborted ? null : fragment;
  } catch (error) {
    if (error.name !== "AbortError") say("failed", remedy("retry", again));
    return null;
  } finally {
    if (running === controller) {
      running = null;
      busy(false);
    }
  }
}

/**
 * Asks for what the form holds around a place and shows the answer.
 * @param {{place?: Fields, changes?: Fields, fit?: boolean, focus?: "title" | "chip" | ""}} question
 *   `fit` moves the map to the results also where the place asked about is the same.
 */
async function ask({ place, changes = {}, fit = false, focus = "" } = {}) {
  announce(t("searching"));
  pane.prepare(form.checkedValues("kind"), form.district());
  const fragment = await fetchAnswer(place || home.fields, changes, () => ask({ place, changes, fit, focus }));
  if (!fragment) return;
  const answer = /** @type {Answer} */ (readJson("answer", fragment));
  adopt(byId("notice"), fragment.getElementById("notice"));
  const notice = byId("notice").textContent.trim();
  byId("notice").hidden = !notice;
  if (answer.understood) {
    const before = area();
    remember(answer, place);
    form.write(answer.form);
    history.note({ home, form: answer.form }, answer.url);
    followUrl();
    if (!answer.answered) form.unfold(true);
    else if (focus === "title") form.unfold(false);
    for (const id of ["chips", "centre", "results"]) adopt(byId(id), fragment.getElementById(id));
    show(answer, fit || before !== area());
    announce(answer.said);
    if (focus === "title" && answer.answered) list.focusTitle();
    if (focus === "title") byId("found").scrollIntoView({ block: "start", behavior: "auto" });
    if (focus === "chip") (byId("chips").querySelector("button") || byId("results")).focus({ preventScroll: true });
  }
  if (!notice) return;
  byId("notice").scrollIntoView({ block: "nearest", behavior: "auto" });
  announce(notice);
}

/** What the map is fitted to: another one moves its view. */
const area = () => JSON.stringify([home.fields, form.district(), form.radius()]);

/** Keeps what the search goes by from here on; `place` is what was sent, if it was another. */
function remember(/** @type {Answer} */ answer, /** @type {Fields | undefined} */ place) {
  const typed = place ? place.address || "" : home.typed;
  const sent = place || home.fields;
  const words = answer.form.text ? { q: answer.form.text } : {};
  home = answer.place ? { typed, fields: ["address", "point"].includes(answer.place) ? sent : words } : { typed: "", fields: {} };
}

/** Brings map, counts and tools in step with the list on the page. */
function show(/** @type {Answer} */ answer, /** @type {boolean} */ fit) {
  answered = answer.answered;
  chosen = "";
  byId("results-tools").hidden = !answered;
  document.body.classList.toggle("has-results", answered);
  if (answer.facets) form.showFacets(answer.facets);
  else if (!answered) form.showFacets({ kind: pane.kindCounts(), need: {} });
  startResults();
  pane.prepare(answer.form.kinds, answer.form.district);
  pane.show({ origin: answer.origin, radius: answer.form.radius_m, district: answer.form.district }, list.pins(), fit);
  startIsochrones(byId("results"), answer.origin, (features) => {
    if (features.length && view.isNarrow()) changeView("map");
    else if (features.length && view.current() === "list") changeView("both");
    pane.showReached(features);
  });
}

function startResults() {
  paintKeepButtons();
  showKept();
}

async function more(/** @type {HTMLButtonElement} */ button) {
  const from = list.cards().length;
  const fragment = await fetchAnswer(home.fields, { offset: button.value }, () => more(button));
  if (!fragment) return;
  hush();
  list.append(fragment.getElementById("results"));
  startResults();
  pane.extend(list.pins());
  list.focusCard(from);
  announce(t("more-shown", { count: list.cards().length - from }));
}

// ---- where from ------------------------------------------------------------------------------------

/**
 * A place that is pointed at says where to search: a district chosen before does not hold any more.
 * @param {{lon: number, lat: number}} point @param {"map" | "me"} via
 */
function searchAround(point, via) {
  form.setAddress("");
  return ask({ place: { lon: point.lon.toFixed(6), lat: point.lat.toFixed(6), via }, changes: { district: "" }, fit: true });
}

/** Answers a button of the form, or of the answer: a choice of places, a filter to change, more. */
function submit(/** @type {HTMLButtonElement | null} */ button) {
  const { name, value } = button || { name: "", value: "" };
  if (name === "offset") return more(button);
  if (name === "filters") {
    if (new URLSearchParams(value).has("home")) form.setAddress("");
    return ask({ changes: { filters: value }, ...(button.closest(".chip") ? { focus: "chip" } : { focus: "title", fit: true }) });
  }
  if (name === "choice") form.setAddress(value);
  const text = form.address();
  if (name === "by_name") return ask({ place: { address: text }, changes: { by_name: value }, fit: true, focus: "title" });
  if (text && text !== home.typed) return ask({ place: { address: text }, fit: true, focus: "title" });
  if (!text && home.typed) home = { typed: "", fields: {} };
  if (Object.keys(home.fields).length || form.district()) return ask({ fit: true, focus: "title" });
  say(form.checkedValues("kind").length ? "where-first-kinds" : "where-first");
  return byId("address").focus();
}

function findMe() {
  if (!navigator.geolocation) {
    say("position-none");
    return;
  }
  announce(t("position-asking"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => searchAround({ lon: coords.longitude, lat: coords.latitude }, "me"),
    () => say("position-none"),
    { enableHighAccuracy: false, timeout: 10000, maximumAge: 0 }
  );
}

/** The shortlist gets the whole question: needs lead its comparison, the home gives distances. */
function showKept() {
  const count = loadShortlist().length;
  byId("shortlist-link").hidden = count === 0;
  replaceChildren(byId("shortlist-link"), w("shortlist-link", { count }));
}

/** Gives a page or a download what the boxes of the form do not hold. */
function carry() {
  const { lon, lat, q } = home.fields;
  form.carry(lon ? { lon, lat } : q && !form.address() ? { q } : {});
}

// ---- start -----------------------------------------------------------------------------------------

function startMap() {
  startSwitch(byId("map"), (on) => pane.setTiles(on));
  byId("use-map-centre").addEventListener("click", () => pane.centre() && searchAround(pane.centre(), "map"));
  window.matchMedia("print").addEventListener("change", () => pane.open());
  pane.open().then(() => {
    layout.dataset.ready = "1";
  });
}

function start() {
  revealScriptOnly();
  form.start({ submit, filter: () => ask() });
  startNeedPicker(form.element);
  startSuggestions(byId("address"));
  byId("note-door").addEventListener("submit", (event) => {
    replaceChildren(/** @type {HTMLElement} */ (event.target), h("input", { type: "hidden", name: "address", value: form.address() }));
  });
  byId("use-position").addEventListener("click", findMe);
  byId("copy-results").addEventListener("click", () => copyResults(list.root));
  for (const button of all("[formaction]")) button.addEventListener("click", carry);
  byId("copy-link").addEventListener("click", () => copyLink(shareUrl(view.current())));
  byId("print-page").addEventListener("click", () => window.print());
  view.start(viewChanged);
  history.start(({ home: place, form: values }) => {
    home = place;
    form.setAddress(place.typed);
    form.write(values);
    ask({ fit: true });
  });
  startKeepButtons(showKept);
  const answer = /** @type {Answer} */ (readJson("answer"));
  pane.prepare(answer.form.kinds, answer.form.district);
  const text = form.address();
  if (answer.place) remember(answer, text ? { address: text } : {});
  if (history.homeIsLost() && !Object.keys(home.fields).length) say("home-lost");
  history.note({ home, form: answer.form }, location.href);
  if (answer.answered) show(answer, true);
  else startResults();
  performance.mark("usable"); // from here on the form answers; the map may still come
  window.setTimeout(startMap, 0);
}

start();
