// For staff who are signed in: writes what was just heard without leaving the list.
import { all } from "./dom.js";

/** Returns what the desk's page says came of a form. */
function outcome(/** @type {Response} */ response, /** @type {Document} */ page) {
  if (response.ok && response.redirected && page.querySelector("#history")) return "書き込みました。";
  const said = all("#later, #error-summary", page).map((part) => part.textContent.replace(/\s+/g, " ").trim()).join(" ");
  return said || "書き込めませんでした。サインインし直してから、もう一度お試しください。";
}

/** Sends one form; the next from the same place knows what is written since. */
async function send(/** @type {HTMLFormElement} */ form, /** @type {HTMLButtonElement} */ button) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  body.append(button.name, button.value);
  const said = form.parentElement.querySelector("[data-quick-said]");
  try {
    const response = await fetch(form.action, { method: "POST", body, cache: "no-store", credentials: "same-origin", referrerPolicy: "no-referrer" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    said.textContent = outcome(response, page);
    const [seen, key] = ["seen", "key"].map((name) => /** @type {HTMLInputElement | null} */ (page.querySelector(`input[name="${name}"]`)));
    if (!seen || !key) return;
    all("[data-quick-fact]", form.parentElement).forEach((other, index) => {
      /** @type {HTMLInputElement} */ (other.querySelector("[name=seen]")).value = seen.value;
      /** @type {HTMLInputElement} */ (other.querySelector("[name=key]")).value = `${key.value}-${index}`;
    });
  } catch (error) {
    said.textContent = "送れませんでした。つながってから、もう一度お試しください。";
  }
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-quick-fact]") || !event.submitter) return;
  event.preventDefault();
  send(form, /** @type {HTMLButtonElement} */ (event.submitter));
});
