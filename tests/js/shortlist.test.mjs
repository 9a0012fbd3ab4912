import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

openPage();
const { keepAll, LIMIT, load, save } = await import("../../geoportal/web/static/js/shortlist.js");

test("what is kept is read again; damaged entries are passed over", () => {
  const stored = openPage();
  save([{ id: "a", status: "asked", note: "火曜" }]);
  assert.deepEqual(load(), [{ id: "a", status: "asked", note: "火曜" }]);
  const [key] = stored.keys();
  for (const damaged of ["no JSON", "{}", "null"]) {
    stored.set(key, damaged);
    assert.deepEqual(load(), []);
  }
  stored.set(key, JSON.stringify([null, { id: 3 }, { id: "b" }]));
  assert.deepEqual(load(), [{ id: "b" }]);
});

test("several are added at once, each once, up to the limit", () => {
  openPage();
  assert.equal(keepAll(["a", "b"]), 2);
  assert.equal(keepAll(["b", "c"]), 1);
  assert.deepEqual(load().map((item) => item.id), ["a", "b", "c"]);
  assert.equal(keepAll(Array.from({ length: 40 }, (_, n) => `x${n}`)), LIMIT - 3);
  assert.equal(load().length, LIMIT);
});
