// The search page: form, list and map kept in step.
import { all, byId, h, readJson, replaceChildren, revealScriptOnly } from "./dom.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { CentreBox } from "./centres.js";
import { drawChips } from "./chips.js";
import * as form from "./form.js";
import { ResultList } from "./list.js";
import { MapPane } from "./map_pane.js";
import { startNeedPicker } from "./needs.js";
import { hush, remedy, say, sayPlain } from "./notice.js";
import { searchPlace } from "./place.js";
import { Question, PAGE, answerable, inOrder } from "./question.js";
import { copyLink, rememberInUrl, shareUrl } from "./share.js";
import { keepButton, load as loadShortlist } from "./shortlist.js";
import { startSuggestions } from "./suggest.js";
import { copyResults } from "./take_away.js";
import * as view from "./view.js";
import { t, w, withLanguage } from "./words.js";

const config = readJson("config");
const layout = byId("layout");
const centreBox = new CentreBox(byId("centre"), config.centres);
const question = new Question(config.text || "");
let shown = { answer: null, features: [], rest: [], request: null };
let running = null;
let chosen = ""; // the result last picked, by button or on the map

const list = new ResultList(config, {
  highlight: (id) => pane.highlight(id),
  select: (id) => selectOnMap(id),
  relax: (item) => relax(item),
  more: () => more(),
  districtName: (code) => form.districtName(code),
  keepButton: (feature) => keepButton(feature.id, feature.properties.name, showKept),
});

const pane = new MapPane(byId("map"), config, {
  hover: (id) => list.highlight(id),
  pick: (id) => {
    chosen = id;
    pane.select(id);
    list.select(id, { scroll: !view.isNarrow() });
  },
  centre: (point) => searchAround(point, "near-map"),
  loaded: (counts) => shown.answer || form.showKindCounts(counts),
  failed: () => say("map-failed"),
});

function selectOnMap(id) {
  chosen = id;
  list.highlight(id);
  if (view.isNarrow() && view.current() !== "map") changeView("map");
  else if (view.current() === "list") changeView("both");
  if (pane.select(id)) byId("map").scrollIntoView({ block: "nearest", behavior: "auto" });
}

function changeView(name) {
  view.set(name);
  viewChanged();
}

function viewChanged() {
  rememberInUrl(form.read(), view.current());
  if (view.isNarrow() && shown.answer) bringIntoSight();
  pane.open();
}

/** Where one of list and map is seen: the map from its top, the list at the result last chosen. */
function bringIntoSight() {
  const card = view.current() === "map" ? null : byId(`r-${chosen}`);
  (card || byId("found")).scrollIntoView({ block: "start", behavior: "auto" });
}

async function run({ focus = false, fit = true } = {}) {
  const request = question.request(0);
  rememberInUrl(form.read(), view.current());
  pane.prepare(request);
  if (answerable(request)) return ask(request, { focus, fit });
  chips(request);
  return false;
}

/** Says to eyes and ears that an answer is on its way: in the list, and on the button pressed. */
function busy(on) {
  list.busy(on);
  layout.classList.toggle("is-loading", on);
  document.body.classList.toggle("is-searching", on);
}

/** Asks the server; true when the answer was shown, false when it failed or another came first. */
async function ask(request, { focus, fit }) {
  if (running) running.abort();
  const controller = new AbortController();
  running = controller;
  busy(true);
  announce(t("searching"));
  try {
    const answer = await api.search(request, controller.signal);
    if (controller.signal.aborted) return false;
    hush();
    show(answer, request, fit);
    if (focus) {
      list.focusTitle();
      byId("found").scrollIntoView({ block: "start", behavior: "auto" });
    }
    return true;
  } catch (error) {
    if (error.name !== "AbortError") explain(error, request, { focus, fit });
    return false;
  } finally {
    if (running === controller) {
      running = null;
      busy(false);
    }
  }
}

function show(answer, request, fit) {
  const ordered = inOrder(answer.features, request);
  shown = { answer, features: ordered.slice(0, PAGE), rest: ordered.slice(PAGE), request };
  chosen = "";
  byId("results-tools").hidden = false;
  document.body.classList.add("has-results");
  list.show(answer, shown.features, request);
  chips(request);
  if (answer.facets) form.showFacets(answer.facets, request.include === "all");
  centreBox.show(answer.centres || [], answer.origin);
  announce(t("found", { count: answer.numberMatched, match: answer.counts.match, possible: answer.counts.possible }));
  pane.show(answer, shown.features, request, fit);
}

async function more() {
  const from = shown.features.length;
  list.busy(true);
  try {
    const fresh = shown.rest.length
      ? shown.rest.splice(0, PAGE)
      : (await api.search({ ...shown.request, limit: PAGE, offset: from, facets: false })).features;
    shown.features = shown.features.concat(fresh);
    list.show(shown.answer, shown.features, shown.request);
    pane.extend(shown.features);
    list.focusCard(from);
    announce(t("more-shown", { count: fresh.length }));
  } catch (error) {
    say("failed", remedy("retry", more));
  } finally {
    list.busy(false);
  }
}

function explain(error, request, options) {
  const errors = (error.document && error.document.errors) || [];
  if (error.status === 422 && request.near && request.near.address) say("address-partial");
  else if (error.status === 400 && errors.length) sayPlain(`${t("refused")} ${errors.map((item) => item.message).join(" ")}`);
  else say("failed", remedy("retry", () => ask(request, options)));
}

// ---- where from -------------------------------------------------------------------------------

function searchAround(point, key) {
  question.around({ lon: Number(point.lon.toFixed(6)), lat: Number(point.lat.toFixed(6)) }, key);
  question.typed = "";
  form.setAddress("");
  return run({ focus: false, fit: true });
}

const search = {
  address(text) {
    question.typed = text;
    question.around({ address: text }, "near-address");
    return run({ focus: true });
  },
  /** True when something is called so. */
  async words(text) {
    question.byWords(text);
    return (await run({ focus: true })) && shown.answer.numberMatched > 0;
  },
  ward(code) {
    question.byWords("");
    form.setDistrict(code);
    return run({ focus: true });
  },
};

async function submit() {
  const { address, district, kinds } = form.read();
  if (address && address !== question.typed) {
    question.typed = address;
    if (form.looksLikePhone(address)) await search.words(address);
    else await place(address);
    return;
  }
  if (!address && question.typed) question.forget();
  if (!question.near && !question.text && !district) {
    say(kinds.length ? "where-first-kinds" : "where-first");
    byId("address").focus();
    return;
  }
  await run({ focus: true });
}

async function place(text) {
  busy(true);
  const understood = await searchPlace(text, search, submit);
  if (!understood) question.typed = "";
  busy(false);
}

function findMe() {
  if (!navigator.geolocation) {
    say("position-none");
    return;
  }
  announce(t("position-asking"));
  navigator.geolocation.getCurrentPosition(
    (position) => searchAround({ lon: position.coords.longitude, lat: position.coords.latitude }, "near-me"),
    () => say("position-none"),
    { enableHighAccuracy: false, timeout: 10000, maximumAge: 0 }
  );
}

// ---- chips, relaxations, shortlist ---------------------------------------------------------------

function chips(request) {
  showKept(loadShortlist().length);
  drawChips(request, question, {
    kind: (code) => config.kinds[code].short,
    need: (code) => list.needLabel(code),
  }, { changed: (fit) => run({ fit }), forgetPlace });
}

function forgetPlace() {
  question.forget();
  form.setAddress("");
  if (form.read().district) run();
  else location.assign(shareUrl(form.read(), view.current()));
}

function relax(item) {
  for (const step of item.together || [item]) {
    if (step.drop) form.uncheck("need", step.drop);
    else if (step.radius_m) form.setRadius(step.radius_m);
    else if (step.district) form.setDistrict(step.district);
    else if (step.any_kind) form.uncheck("kind");
    else if (step.any_time) form.uncheck("open");
    else if (step.any_words) question.text = "";
  }
  run({ focus: true });
}

/** The link to the shortlist carries what is needed: it stands on the sheet and leads the comparison. */
function showKept(count) {
  const link = byId("shortlist-link");
  const needs = new URLSearchParams(form.read().needs.map((code) => ["need", code]));
  const path = withLanguage("/shortlist");
  link.href = needs.toString() ? `${path}${path.includes("?") ? "&" : "?"}${needs}` : path;
  link.hidden = count === 0;
  replaceChildren(link, w("shortlist-link", { count }));
}

// ---- start --------------------------------------------------------------------------------------

function adoptFirstAnswer() {
  const first = readJson("initial");
  if (!first || !first.document) return;
  const address = form.read().address;
  if (first.found_by) question.typed = address;
  if (first.found_by === "near") question.around({ address }, "near-address");
  else if (first.found_by === "text") question.text = address;
  const request = question.request(0);
  if (first.offset || request.limit > PAGE) ask(request, { focus: false, fit: true });
  else show(first.document, request, true);
}

function startMap() {
  const base = document.querySelector('input[name="base"]:checked');
  pane.setTiles(Boolean(base && base.value === "tiles"));
  pane.prepare(question.request(0));
  for (const radio of all('input[name="base"]')) {
    radio.addEventListener("change", () => pane.setTiles(radio.value === "tiles" && radio.checked));
  }
  byId("use-map-centre").addEventListener("click", () => pane.centre() && searchAround(pane.centre(), "near-map"));
  window.matchMedia("print").addEventListener("change", () => pane.open());
  pane.open().then(() => {
    layout.dataset.ready = "1";
  });
}

function start() {
  revealScriptOnly();
  form.start({ submit, filter: (name) => run({ fit: ["district", "radius_m"].includes(name) }) });
  startNeedPicker(form.element);
  startSuggestions(byId("address"));
  byId("note-door").addEventListener("submit", (event) => {
    replaceChildren(event.target, h("input", { type: "hidden", name: "address", value: form.read().address }));
  });
  byId("use-position").addEventListener("click", findMe);
  byId("copy-results").addEventListener("click", () => copyResults(shown, config));
  for (const button of all('[name="format"]')) button.addEventListener("click", () => question.carry());
  byId("copy-link").addEventListener("click", () => copyLink(form.read(), view.current()));
  byId("print-page").addEventListener("click", () => window.print());
  view.start(viewChanged);
  showKept(loadShortlist().length);
  adoptFirstAnswer();
  performance.mark("usable"); // from here on the form answers; the map may still come
  window.setTimeout(startMap, 0);
}

start();
