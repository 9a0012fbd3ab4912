// The link to the search: district, kinds and needs; the server leaves a home and typed words out.
import { all, h } from "./dom.js";
import { say } from "./notice.js";
import { t } from "./words.js";

const address = (/** @type {URLSearchParams} */ parameters) => (`${parameters}` ? `/?${parameters}` : "/");

/** Keeps the links to other languages in step with the address of the page. */
export function followUrl() {
  for (const link of all("[data-language-link]")) {
    const parameters = new URLSearchParams(location.search);
    parameters.set("lang", new URL(link.href).searchParams.get("lang"));
    link.href = `/?${parameters}`;
  }
}

/** Returns the page's address with another view; words searched for and a page's start are left out. */
export function shareUrl(/** @type {string} */ view) {
  const parameters = new URLSearchParams(location.search);
  for (const name of ["q", "offset", "view"]) parameters.delete(name);
  if (view !== "both") parameters.append("view", view);
  return address(parameters);
}

export async function copyLink(/** @type {string} */ path) {
  const url = new URL(path, location.href).href;
  try {
    await navigator.clipboard.writeText(url);
    say("link-copied");
  } catch (error) {
    say("link-shown", h("p", {}, h("input", { type: "text", readonly: true, value: url, "aria-label": t("link-label") })));
  }
}
