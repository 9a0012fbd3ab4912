// Finds out what the text in the box means: a place, a ward, or the name of a facility.
import { announce } from "./announce.js";
import * as api from "./api.js";
import { h } from "./dom.js";
import * as form from "./form.js";
import { remedy, say } from "./notice.js";
import { t } from "./words.js";

function offerCandidates(candidates, search, byName) {
  const choose = (name) => {
    form.setAddress(name);
    search.address(name);
  };
  say("address-ambiguous", h("ul", { class: "candidates" }, candidates.map((item) => {
    const name = item.text;
    return h("li", {}, h("button", {
      type: "button", class: "button button--quiet", lang: "ja", on: { click: () => choose(name) },
    }, name));
  })), byName);
}

/** Searches as the text means it: `search.address`, `search.ward`, `search.words`; false if it failed. */
export async function searchPlace(text, search, again) {
  announce(t("searching"));
  let found = null;
  try {
    found = await api.locate(text);
  } catch (error) {
    say("failed", remedy("retry", again));
    return false;
  }
  const byName = remedy("search-as-name", () => search.words(text));
  if (found.status === "ambiguous" && found.candidates.length) offerCandidates(found.candidates, search, byName);
  else if (found.match_level === "municipality" && form.hasDistrict(found.municipality_code)) {
    if (await search.ward(found.municipality_code)) say("address-ward", found.remainder ? byName : null);
  } else if (["not_found", "invalid"].includes(found.status)) {
    if (await search.words(text)) say("searched-as-name");
  } else if (typeof found.lon !== "number" || found.match_level === "prefecture") say("address-partial", byName);
  else await search.address(text);
  return true;
}
