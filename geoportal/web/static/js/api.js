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

export const search = (request, signal) => post("/api/v1/search", request, signal);
export const locate = (address, signal) => post("/api/v1/locate", { address }, signal);
