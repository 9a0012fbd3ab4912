// Speaks to our own server. A place or an address travels in the body of a POST only.

export class Problem extends Error {
  constructor(status, document) {
    super((document && (document.detail || document.title)) || `HTTP ${status}`);
    this.status = status;
    this.document = document || {};
  }
}

async function answerOf(response) {
  let document = null;
  try {
    document = await response.json();
  } catch (error) {
    document = null;
  }
  if (!response.ok || document === null) throw new Problem(response.status, document);
  return document;
}

export async function get(url) {
  return answerOf(await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" }));
}

export async function post(url, body, signal) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    signal,
  });
  return answerOf(response);
}

/**
 * Sends the fields of a form and returns the page or the part of one that comes back; the browser
 * keeps none of it. Only on a page of staff who are signed in does the browser say who asks.
 * @param {string} url @param {URLSearchParams} fields @param {AbortSignal} [signal]
 */
export async function postForm(url, fields, signal) {
  const isStaff = "staff" in (globalThis.document?.body?.dataset ?? {});
  const credentials = isStaff ? "same-origin" : "omit";
  const response = await fetch(url, {
    method: "POST", body: fields, cache: "no-store", credentials, referrerPolicy: "no-referrer", signal,
  });
  if (response.status >= 500) throw new Problem(response.status, null);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
