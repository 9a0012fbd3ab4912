// Results as text, for a mail or a record: what the cards say, never where the home is.
import { h } from "./dom.js";
import { say, sayPlain } from "./notice.js";
import { distanceWords, moment, plain, t } from "./words.js";

const MARKS = { yes: "✓", no: "✗", unknown: "？" };

/** Returns the loaded results as plain text; `error` is the uncertainty of the home's place. */
function resultsAsText(features, config, error) {
  return features.map((feature, index) => {
    const p = feature.properties;
    const far = typeof p.distance_m === "number" ? ` ${distanceWords(p.distance_m, Math.max(200, error + (p.location_uncertainty_m || 0)))}` : "";
    const needs = Object.entries(p.needs || {}).map(([code, item]) =>
      `${MARKS[item.value] || MARKS.unknown} ${plain(config.needs[code] || code)}`);
    return [
      `${index + 1}. ${p.name} ${t("in-brackets", { text: plain(config.kinds[p.kind].short) })}${p.fictional ? ` ${t("in-brackets", { text: t("fictional") })}` : ""}`,
      `   ${t("phone")} ${p.phone ? p.phone : "-"}${far}`,
      `   ${p.address}`,
      needs.length ? `   ${needs.join("  ")}` : "",
      p.next_opening ? `   ${t("now-closed")} ${t("next-opening", { when: moment(p.next_opening) })}` : "",
    ].filter(Boolean).join("\n");
  }).join("\n\n");
}

/** Copies the results shown, or shows the text where the browser does not let a page copy. */
export async function copyResults({ answer, features }, config) {
  const error = (answer && answer.origin && answer.origin.uncertainty_m) || 0;
  const text = resultsAsText(features, config, error);
  try {
    await navigator.clipboard.writeText(text);
    sayPlain(t("results-copied", { count: features.length }));
  } catch (problem) {
    const area = h("textarea", { rows: "10", readonly: true, "aria-label": t("results-title") });
    area.value = text;
    say("results-shown", area);
  }
}
