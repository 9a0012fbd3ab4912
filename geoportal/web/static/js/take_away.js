// Results as text, for a mail or a record: what the cards say, never where the home is.
import { distanceWords, moment, t } from "./words.js";

const MARKS = { yes: "✓", no: "✗", unknown: "？" };

/** Returns the loaded results as plain text; `error` is the uncertainty of the home's place. */
export function resultsAsText(features, config, error) {
  return features.map((feature, index) => {
    const p = feature.properties;
    const far = typeof p.distance_m === "number" ? ` ${distanceWords(p.distance_m, Math.max(200, error + (p.location_uncertainty_m || 0)))}` : "";
    const needs = Object.entries(p.needs || {}).map(([code, item]) =>
      `${MARKS[item.value] || MARKS.unknown} ${config.needs[code] || code}`);
    return [
      `${index + 1}. ${p.name}（${config.kinds[p.kind].short}）${p.fictional ? `【${t("fictional")}】` : ""}`,
      `   ${t("phone")} ${p.phone ? p.phone : "-"}${far}`,
      `   ${p.address}`,
      needs.length ? `   ${needs.join("  ")}` : "",
      p.next_opening ? `   ${t("now-closed")} ${t("next-opening", { when: moment(p.next_opening) })}` : "",
    ].filter(Boolean).join("\n");
  }).join("\n\n");
}
