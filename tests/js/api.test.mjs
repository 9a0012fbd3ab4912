import assert from "node:assert/strict";
import { test } from "node:test";
import { get, post, postForm, Problem } from "../../geoportal/web/static/js/api.js";

const sent = [];
function answerWith(status, body) {
  globalThis.fetch = async (url, options) => {
    sent.push({ url, ...options });
    return new Response(body, { status });
  };
}

test("a place travels in the body of a POST that nothing keeps and that tells nobody where it came from", async () => {
  answerWith(200, '{"towns": []}');
  const { signal } = new AbortController();
  assert.deepEqual(await post("/api/v1/suggest", { text: "見本町1" }, signal), { towns: [] });
  const request = sent.pop();
  assert.deepEqual([request.url, request.method, JSON.parse(request.body)], ["/api/v1/suggest", "POST", { text: "見本町1" }]);
  assert.deepEqual([request.cache, request.credentials, request.referrerPolicy], ["no-store", "omit", "no-referrer"]);
  assert.equal(request.headers["Content-Type"], "application/json");
  assert.equal(request.signal, signal);
});

test("a form travels the same way", async () => {
  globalThis.DOMParser = class {
    parseFromString(text, type) {
      return { text, type };
    }
  };
  const fields = new URLSearchParams({ place: "見本町1" });
  for (const status of [200, 400, 499]) {
    answerWith(status, "<p>page</p>");
    assert.deepEqual(await postForm("/coverage", fields), { text: "<p>page</p>", type: "text/html" });
  }
  const request = sent.pop();
  assert.deepEqual([request.url, request.method, request.body], ["/coverage", "POST", fields]);
  assert.deepEqual([request.cache, request.credentials, request.referrerPolicy], ["no-store", "omit", "no-referrer"]);
  for (const status of [500, 503]) {
    answerWith(status, "");
    await assert.rejects(postForm("/coverage", fields), (error) => error instanceof Problem && error.status === status);
  }
});

test("what is public is fetched without cookies", async () => {
  answerWith(200, "[]");
  assert.deepEqual(await get("/api/v1/points"), []);
  const request = sent.pop();
  assert.deepEqual([request.method, request.credentials, request.referrerPolicy], [undefined, "omit", "no-referrer"]);
});

test("a refusal says its detail, else its title, else its status", async () => {
  const refusals = [
    [400, '{"title": "Bad Request", "detail": "no such district"}', "no such district"],
    [503, '{"title": "Service Unavailable"}', "Service Unavailable"],
    [502, "<html>", "HTTP 502"],
    [200, "not JSON", "HTTP 200"],
    [200, "null", "HTTP 200"],
  ];
  for (const [status, body, message] of refusals) {
    answerWith(status, body);
    await assert.rejects(get("/x"), { message, status });
  }
});
