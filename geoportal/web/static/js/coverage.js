// The coverage page: the map with its choices, choosing a place for a planned facility, progress.
// Everything asked goes through the page's own forms; without scripts they do the same.
import { append, all, byId, h, readJson, replaceChildren, revealScriptOnly } from "./dom.js";
import { announce } from "./announce.js";
import * as api from "./api.js";
import { CoverageMap } from "./coverage_map.js";
import { startSuggestions } from "./suggest.js";
import { w, withLanguage } from "./words.js";

const BUSY_AFTER_MS = 300;
const ASK_FILE_AGAIN_MS = 700;

/** Shows a district's own sentence, as the page says it, and the way to its facilities. */
function showDistrict(code) {
  const said = byId(`coverage-${code}`);
  if (!said) return;
  for (const item of all(".coverage-sentences li")) item.classList.toggle("is-chosen", item === said);
  const box = byId("coverage-chosen");
  const [name, ...words] = Array.from(said.cloneNode(true).childNodes);
  replaceChildren(box, h("h3", {}, name.textContent), h("p", {}, words));
  const link = document.querySelector(`.coverage-compared a[href*="/districts/${CSS.escape(code)}"]`);
  if (link) append(box, [h("p", {}, h("a", { href: withLanguage(`/districts/${encodeURIComponent(code)}`) }, w("coverage-open")))]);
}

function startChoices(chart) {
  const measure = byId("coverage-measure");
  const level = byId("coverage-count-of");
  const show = () => chart.show(measure.value, level.value);
  measure.addEventListener("change", show);
  level.addEventListener("change", show);
  byId("coverage-dots").addEventListener("change", (event) => chart.showDots(event.target.checked));
  show();
}

/** Choosing a place on the map: by pressing it, or with the keyboard at the middle of the map. */
function startPicking(chart) {
  const button = byId("plan-pick");
  const bar = byId("plan-picking");
  const field = byId("plan-point");
  const told = byId("plan-point-text");
  const typed = [byId("plan-place"), byId("plan-district")];
  const forget = () => {
    field.value = "";
    told.textContent = "";
    chart.markPicked(null);
  };
  const pick = (take) => {
    chart.pick(take);
    button.setAttribute("aria-pressed", String(Boolean(take)));
    bar.hidden = !take;
  };
  const take = (at) => {
    field.value = `${at.lng.toFixed(6)},${at.lat.toFixed(6)}`;
    for (const other of typed) other.value = "";
    chart.markPicked(at);
    replaceChildren(told, w("coverage-picked"));
    pick(null);
    byId("plan-add").scrollIntoView({ block: "center" });
    byId("plan-add").focus({ preventScroll: true });
  };
  const start = () => {
    forget();
    pick(take);
    announce(bar.firstElementChild.textContent);
    bar.scrollIntoView({ block: "end" });
    byId("coverage-map").focus({ preventScroll: true });
  };
  const stop = () => {
    pick(null);
    button.focus();
  };
  button.addEventListener("click", () => (chart.picking ? stop() : start()));
  byId("plan-stop").addEventListener("click", stop);
  byId("plan-centre").addEventListener("click", () => take(chart.centre()));
  for (const other of typed) other.addEventListener("input", forget);
}

/** Says that something is being computed when it takes longer than people wait in silence. */
function startProgress() {
  for (const form of all("[data-computes]")) {
    const told = form.querySelector("[data-busy]");
    let wait = 0;
    form.addEventListener("submit", () => {
      wait = window.setTimeout(() => { replaceChildren(told, w("coverage-computing")); }, BUSY_AFTER_MS);
    });
    window.addEventListener("pageshow", () => {
      window.clearTimeout(wait);
      told.textContent = "";
    });
  }
}

/** Files take seconds to make: says how far one is, and fetches it when it is ready. */
function startFiles() {
  const told = byId("coverage-file-told");
  let wanted = null;
  const follow = async (link) => {
    const asked = new URL(link.href);
    while (wanted === link) {
      const how = await api.get(`${asked.pathname}/progress${asked.search}`);
      if (how.state === "ready") return "";
      if (how.state === "failed") return w("coverage-file-failed");
      const waits = how.state !== "making" && how.ahead > 0;
      replaceChildren(told, waits
        ? w("coverage-file-waiting", { ahead: how.ahead })
        : w("coverage-file-making", { seconds: how.seconds }));
      await new Promise((resolve) => { window.setTimeout(resolve, ASK_FILE_AGAIN_MS); });
    }
    return null;
  };
  for (const link of all(".coverage-files a")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      wanted = link;
      const end = await follow(link).catch(() => "");
      if (end === null) return; // another file was asked for meanwhile
      wanted = null;
      replaceChildren(told, end);
      if (!end) window.location.assign(link.href);
    });
  }
}

async function start() {
  const data = readJson("coverage-data");
  if (!data) return;
  revealScriptOnly();
  startProgress();
  startFiles();
  startSuggestions(byId("plan-place"));
  try {
    const held = await api.get(data.outlines);
    const codes = new Set(data.map.districts.map((row) => row.code));
    const drawn = held.features.filter((item) => item.geometry);
    const outlines = drawn.filter((item) => codes.has(item.properties.code));
    const chart = new CoverageMap(byId("coverage-map"), data.map, outlines, data.reach, showDistrict);
    chart.layAround(drawn);
    startChoices(chart);
    if (byId("plan-pick")) startPicking(chart); // nothing is planned where nothing can be judged
    byId("coverage-map").dataset.ready = "1";
  } catch (error) {
    replaceChildren(byId("coverage-chosen"), w("coverage-failed"));
  }
}

start();
