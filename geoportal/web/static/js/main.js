// The search page: form, list and map kept in step.
import { all, byId, h, readJson, replaceChildren, revealScriptOnly } from "./dom.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import * as form from "./form.js";
import { FacilityMap } from "./map.js";
import { ResultList } from "./list.js";
import { startNeedPicker } from "./needs.js";
import { keepButton, load as loadShortlist } from "./shortlist.js";
import { shareUrl, rememberInUrl } from "./share.js";
import { CentreBox } from "./centres.js";
import { resultsAsText } from "./take_away.js";
import { startSuggestions } from "./suggest.js";
import { t } from "./words.js";

const PAGE = 20;
const ORDERED = 500; // what another order is made of: the first by fit and distance
const OPEN_FIRST = { open: 0, unknown: 1, closed: 2 };
const BANDS = { match: 0, possible: 1, no: 2 };
const config = readJson("config");
const layout = byId("layout");
const notice = byId("notice");
const centreBox = new CentreBox(byId("centre"), config.centres);

/** What is being asked. `near` lives here, in memory, and in the bodies of our POSTs. */
const asked = { near: null, nearLabel: "", text: config.text || "" };
let shown = { answer: null, features: [], rest: [], request: null };
let running = null;
let usedAddress = "";

const list = new ResultList(config, {
  highlight: (id) => map && map.highlight(id),
  select: (id) => selectOnMap(id),
  relax: (item) => relax(item),
  more: () => more(),
  districtName: (code) => form.districtName(code),
  keepButton: (feature) => keepButton(feature.id, feature.properties.name, showKept),
});

const map = startMap();

function startMap() {
  if (!window.L) return null;
  const element = byId("map");
  replaceChildren(element);
  return new FacilityMap(element, config, {
    hover: (id) => list.highlight(id),
    pick: (id) => {
      map.select(id);
      list.select(id, { scroll: true });
    },
    centre: (point) => searchAround(point, t("near-map")),
  });
}

function selectOnMap(id) {
  list.highlight(id);
  if (!map) return;
  if (layout.dataset.view === "list") setView("both");
  if (map.select(id)) byId("map").scrollIntoView({ block: "nearest", behavior: "auto" });
}

function requestOf(offset) {
  const values = form.read();
  const request = { kinds: values.kinds, needs: values.needs, include: values.include, limit: PAGE, offset, facets: true };
  if (values.district) request.district = values.district;
  if (asked.near) {
    request.near = asked.near;
    request.radius_m = values.radius;
  }
  if (asked.text) request.q = asked.text;
  if (values.open) request.open_at = new Date().toISOString();
  if (values.why) request.explain = true;
  if (values.order !== "near") request.limit = ORDERED;
  return request;
}

const answerable = (request) => Boolean(request.near || request.district || request.q);

async function run({ focus = false, fit = true } = {}) {
  const request = requestOf(0);
  rememberInUrl(form.read(), layout.dataset.view);
  if (map) map.setKinds(request.kinds);
  if (!answerable(request)) {
    if (map) map.markDistrict("");
    drawChips(request);
    return;
  }
  await ask(request, { focus, fit });
}

async function ask(request, { focus, fit }) {
  if (running) running.abort();
  const controller = new AbortController();
  running = controller;
  list.busy(true);
  layout.classList.add("is-loading");
  announce(t("searching"));
  try {
    const answer = await api.search(request, controller.signal);
    if (controller.signal.aborted) return;
    hideNotice();
    show(answer, request, fit);
    if (focus) {
      list.focusTitle();
      list.scrollToTop();
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    explain(error, request, { focus, fit });
  } finally {
    if (running === controller) {
      running = null;
      list.busy(false);
      layout.classList.remove("is-loading");
    }
  }
}

/** Puts what is open now first, within each band; otherwise the order of the answer stays. */
function inOrder(features, order) {
  if (order === "near") return features;
  const rank = (p) => BANDS[p.match] * 3 + OPEN_FIRST[p.open_now];
  return features.map((feature, index) => ({ feature, index }))
    .sort((a, b) => rank(a.feature.properties) - rank(b.feature.properties) || a.index - b.index)
    .map(({ feature }) => feature);
}

function show(answer, request, fit) {
  const ordered = inOrder(answer.features, request.limit > PAGE ? "open" : "near");
  shown = { answer, features: ordered.slice(0, PAGE), rest: ordered.slice(PAGE), request };
  byId("results-tools").hidden = false;
  layout.classList.add("has-results");
  list.show(answer, shown.features, request);
  drawChips(request);
  if (answer.facets) form.showFacets(answer.facets, request.include === "all");
  centreBox.show(answer.centres || [], answer.origin);
  announce(t("found", { count: answer.numberMatched, match: answer.counts.match, possible: answer.counts.possible }));
  if (!map) return;
  map.resize();
  const bounds = map.markDistrict(request.district || "");
  map.setOrigin(answer.origin, request.radius_m);
  map.setResults(shown.features);
  if (fit) map.fit(answer.origin, bounds);
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
    if (map) map.setResults(shown.features);
    list.focusCard(from);
    announce(t("more-shown", { count: fresh.length }));
  } catch (error) {
    say(t("failed"), retryButton(() => more()));
  } finally {
    list.busy(false);
  }
}

// ---- where from -------------------------------------------------------------------------------

function searchAround(point, label) {
  asked.near = { lon: Number(point.lon.toFixed(6)), lat: Number(point.lat.toFixed(6)) };
  asked.nearLabel = label;
  asked.text = "";
  form.setAddress("");
  usedAddress = "";
  return run({ focus: false, fit: true });
}

async function submit() {
  const { address, district, kinds } = form.read();
  if (address && address !== usedAddress) {
    usedAddress = address;
    if (form.looksLikePhone(address)) searchWords(address);
    else await place(address);
    return;
  }
  if (!address && usedAddress) {
    asked.near = null;
    asked.text = "";
    usedAddress = "";
  }
  if (!asked.near && !asked.text && !district) {
    say(t(kinds.length ? "where-first-kinds" : "where-first"));
    byId("address").focus();
    return;
  }
  await run({ focus: true });
}

/** Finds out what the text in the box means, then searches: a place, a ward, or a name. */
async function place(address) {
  list.busy(true);
  announce(t("searching"));
  let found = null;
  try {
    found = await api.locate(address);
  } catch (error) {
    usedAddress = "";
    say(t("failed"), retryButton(submit));
    return;
  } finally {
    list.busy(false);
  }
  const byName = nameButton(() => searchWords(address));
  if (found.status === "ambiguous" && found.candidates.length) offerCandidates(found.candidates, byName);
  else if (found.match_level === "municipality" && form.hasDistrict(found.municipality_code)) {
    await searchWard(found.municipality_code);
    if (found.remainder) say(t("address-ward"), byName);
    else say(t("address-ward"));
  } else if (["not_found", "invalid"].includes(found.status)) {
    await searchWords(address);
    if (asked.text === address) say(t("searched-as-name"));
  } else if (typeof found.lon !== "number" || found.match_level === "prefecture") say(t("address-partial"), byName);
  else await searchAddress(address);
}

function searchAddress(address) {
  asked.near = { address };
  asked.nearLabel = t("near-address");
  asked.text = "";
  return run({ focus: true });
}

function searchWords(text) {
  asked.near = null;
  asked.text = text;
  return run({ focus: true });
}

function searchWard(code) {
  asked.near = null;
  asked.text = "";
  form.setDistrict(code);
  return run({ focus: true });
}

function offerCandidates(candidates, byName) {
  const choose = (name) => {
    form.setAddress(name);
    usedAddress = name;
    return searchAddress(name);
  };
  say(t("address-ambiguous"), h("ul", { class: "candidates" }, candidates.map((item) => {
    const name = candidateName(item);
    return h("li", {}, h("button", {
      type: "button", class: "button button--quiet", on: { click: () => choose(name) },
    }, name));
  })), byName);
}

function explain(error, request, options) {
  const errors = (error.document && error.document.errors) || [];
  if (error.status === 422 && request.near && request.near.address) say(t("address-partial"));
  else if (error.status === 400 && errors.length) say(`${t("refused")} ${errors.map((item) => item.message).join(" ")}`);
  else say(t("failed"), retryButton(() => ask(request, options)));
}

const candidateName = (item) => `${item.prefecture}${item.municipality}${item.town}`;

const nameButton = (action) =>
  h("p", {}, h("button", { type: "button", class: "button button--quiet", on: { click: action } }, t("search-as-name")));

const retryButton = (action) =>
  h("p", {}, h("button", { type: "button", class: "button button--quiet", on: { click: action } }, t("retry")));

function say(text, ...pieces) {
  replaceChildren(notice, h("p", {}, text), pieces);
  notice.hidden = false;
  announce(text);
}

function hideNotice() {
  notice.hidden = true;
  replaceChildren(notice);
}

// ---- chips, relaxations, view ------------------------------------------------------------------

function drawChips(request) {
  const chips = [];
  const add = (label, remove) =>
    chips.push(h("li", { class: "chip" }, h("button", { type: "button", on: { click: remove } },
      label, " ", h("span", { "aria-hidden": "true" }, "×"), h("span", { class: "visually-hidden" }, t("chip-remove")))));
  if (asked.near) add(asked.nearLabel, forgetPlace);
  if (asked.text) add(t("chip-text", { text: asked.text }), forgetPlace);
  if (request.district) add(form.districtName(request.district), () => { form.setDistrict(""); run(); keepChipFocus(); });
  if (request.open_at) add(t("open-now"), () => { form.uncheck("open"); run({ fit: false }); keepChipFocus(); });
  for (const kind of request.kinds) add(config.kinds[kind].short, () => { form.uncheck("kind", kind); run({ fit: false }); keepChipFocus(); });
  for (const need of request.needs) add(list.needLabel(need), () => { form.uncheck("need", need); run({ fit: false }); keepChipFocus(); });
  replaceChildren(byId("chips"), chips);
}

function keepChipFocus() {
  const next = byId("chips").querySelector("button");
  (next || byId("results")).focus({ preventScroll: true });
}

function forgetPlace() {
  asked.near = null;
  asked.text = "";
  usedAddress = "";
  form.setAddress("");
  if (map) map.setOrigin(null, 0);
  if (form.read().district) run();
  else location.assign(shareUrl(form.read(), layout.dataset.view));
}

function relax(item) {
  for (const step of item.together || [item]) {
    if (step.drop) form.uncheck("need", step.drop);
    else if (step.radius_m) form.setRadius(step.radius_m);
    else if (step.district) form.setDistrict(step.district);
    else if (step.any_kind) form.uncheck("kind");
    else if (step.any_time) form.uncheck("open");
    else if (step.any_words) asked.text = "";
  }
  run({ focus: true });
}

function setView(view) {
  layout.dataset.view = view;
  for (const button of all("[data-view-button]")) {
    button.setAttribute("aria-pressed", button.dataset.viewButton === view ? "true" : "false");
  }
  rememberInUrl(form.read(), view);
  if (map) map.resize();
}

async function copyLink() {
  const url = new URL(shareUrl(form.read(), layout.dataset.view), location.href).href;
  try {
    await navigator.clipboard.writeText(url);
    say(t("link-copied"));
  } catch (error) {
    say(t("link-shown"), h("p", {}, h("input", { type: "text", readonly: true, value: url, "aria-label": t("link-label") })));
  }
}

async function copyResults() {
  const error = (shown.answer && shown.answer.origin && shown.answer.origin.uncertainty_m) || 0;
  const text = resultsAsText(shown.features, config, error);
  try {
    await navigator.clipboard.writeText(text);
    say(t("results-copied", { count: shown.features.length }));
  } catch (problem) {
    const area = h("textarea", { rows: "10", readonly: true, "aria-label": t("results-title") });
    area.value = text;
    say(t("results-shown"), area);
  }
}

/** Gives a download what the boxes of the form do not hold. */
function carryPlace() {
  const near = asked.near;
  if (near && typeof near.lon === "number") form.carry({ lon: near.lon, lat: near.lat });
  else form.carry(asked.text && !form.read().address ? { q: asked.text } : {});
}

function findMe() {
  if (!navigator.geolocation) {
    say(t("position-none"));
    return;
  }
  announce(t("position-asking"));
  navigator.geolocation.getCurrentPosition(
    (position) => searchAround({ lon: position.coords.longitude, lat: position.coords.latitude }, t("near-me")),
    () => say(t("position-none")),
    { enableHighAccuracy: false, timeout: 10000, maximumAge: 0 }
  );
}

function showKept(count) {
  const link = byId("shortlist-link");
  if (!link) return;
  link.hidden = count === 0;
  link.textContent = t("shortlist-link", { count });
}

// ---- start --------------------------------------------------------------------------------------

function adoptFirstAnswer() {
  const first = readJson("initial");
  if (!first || !first.document) return;
  if (first.found_by) usedAddress = form.read().address;
  if (first.found_by === "near") {
    asked.near = { address: usedAddress };
    asked.nearLabel = t("near-address");
  } else if (first.found_by === "text") asked.text = usedAddress;
  const request = requestOf(0);
  if (first.offset || request.limit > PAGE) {
    ask(request, { focus: false, fit: true });
    return;
  }
  show(first.document, request, true);
}

async function loadMapData() {
  const element = byId("map");
  const outlines = api.get(element.dataset.districts).then((districts) => {
    map.showDistricts(districts);
    const bounds = map.markDistrict(form.read().district);
    if (shown.answer) map.fit(shown.answer.origin, bounds);
  });
  const markers = api.get(element.dataset.points).then((points) => map.loadPoints(points)).then(() => {
    if (!shown.answer) form.showKindCounts(map.kindCounts());
  });
  await Promise.all([outlines, markers].map((task) => task.catch(() => say(t("map-failed")))));
  layout.dataset.ready = "1";
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
  byId("use-map-centre").addEventListener("click", () => map && searchAround(map.centre(), t("near-map")));
  byId("copy-results").addEventListener("click", copyResults);
  for (const button of all('[name="format"]')) button.addEventListener("click", carryPlace);
  byId("copy-link").addEventListener("click", copyLink);
  byId("print-page").addEventListener("click", () => window.print());
  for (const button of all("[data-view-button]")) button.addEventListener("click", () => setView(button.dataset.viewButton));
  for (const radio of all('input[name="base"]')) {
    radio.addEventListener("change", () => map && map.setTiles(radio.value === "tiles" && radio.checked));
  }
  showKept(loadShortlist().length);
  adoptFirstAnswer();
  performance.mark("usable"); // from here on the form answers; the map's data may still come
  if (map) {
    const base = document.querySelector('input[name="base"]:checked');
    map.setTiles(Boolean(base && base.value === "tiles"));
    map.setKinds(form.read().kinds);
    window.matchMedia("print").addEventListener("change", () => {
      map.resize();
      if (shown.answer) map.fit(shown.answer.origin, map.markDistrict(shown.request.district || ""));
    });
    loadMapData();
  } else {
    layout.dataset.ready = "1";
  }
}

start();
