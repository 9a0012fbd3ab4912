// Links that may be passed on: district, kinds and needs, never a home.
import { h } from "./dom.js";
import { say } from "./notice.js";
import { t } from "./words.js";

export function shareUrl(values, view) {
  const parameters = new URLSearchParams();
  if (values.district) parameters.append("district", values.district);
  for (const kind of values.kinds) parameters.append("kind", kind);
  for (const need of values.needs) parameters.append("need", need);
  if (values.open) parameters.append("open", "now");
  if (values.include === "all") parameters.append("include", "all");
  if (values.order && values.order !== "near") parameters.append("order", values.order);
  if (values.why) parameters.append("why", "1");
  if (view && view !== "both") parameters.append("view", view);
  const language = new URLSearchParams(location.search).get("lang");
  if (language) parameters.append("lang", language);
  const query = parameters.toString();
  return query ? `/?${query}` : "/";
}

export function rememberInUrl(values, view) {
  const url = shareUrl(values, view);
  window.history.replaceState(null, "", url);
  const search = new URL(url, location.href).search;
  for (const link of document.querySelectorAll("[data-language-link]")) {
    const target = new URL(link.href);
    const parameters = new URLSearchParams(search);
    parameters.set("lang", target.searchParams.get("lang"));
    link.href = `/?${parameters}`;
  }
}

export async function copyLink(values, view) {
  const url = new URL(shareUrl(values, view), location.href).href;
  try {
    await navigator.clipboard.writeText(url);
    say("link-copied");
  } catch (error) {
    say("link-shown", h("p", {}, h("input", { type: "text", readonly: true, value: url, "aria-label": t("link-label") })));
  }
}
