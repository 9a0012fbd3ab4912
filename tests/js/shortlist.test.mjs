import assert from "node:assert/strict";
import { test } from "node:test";
import { made, openPage } from "./page.mjs";

openPage();
const { keepAll, LIMIT, load, paintKeepButtons, save, startKeepButtons } = await import("../../geoportal/web/static/js/shortlist.js");

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

const star = (id) => made("button", { data: { keep: id } }, made("span", {}, "☆"), made("span", {}, ` Clinic ${id} `));
const shown = (button) => [button.attributes["aria-pressed"], button.firstElementChild.text];
const ids = () => load().map((item) => item.id);

test("a button shows whether its facility is kept, and keeps or drops it", () => {
  const [a, b] = [star("a"), star("b")];
  const announcer = made("p", { id: "announcer" });
  openPage({ body: made("body", {}, a, b, announcer) });
  let changes = 0;
  startKeepButtons(() => { changes += 1; });
  assert.deepEqual([a, b].map(shown), [["false", "☆"], ["false", "☆"]]);
  document.fire("click", b.lastElementChild);
  document.fire("click", a);
  assert.deepEqual(ids(), ["b", "a"]);
  assert.deepEqual([a, b].map(shown), [["true", "★"], ["true", "★"]]);
  document.fire("click", b); // the first of the list
  assert.deepEqual(ids(), ["a"]);
  assert.deepEqual([a, b].map(shown), [["true", "★"], ["false", "☆"]]);
  document.fire("click", announcer); // no button
  assert.equal(changes, 3);
});

test("one more than the limit is not kept", () => {
  const button = star("z");
  openPage({ body: made("body", {}, button) });
  keepAll(Array.from({ length: LIMIT - 1 }, (_, n) => `x${n}`));
  startKeepButtons();
  document.fire("click", button);
  assert.deepEqual([load().length, ids().at(-1)], [LIMIT, "z"]);
  document.fire("click", button);
  keepAll(["y"]);
  document.fire("click", button);
  assert.ok(!ids().includes("z"));
  assert.equal(load().length, LIMIT);
});

test("a storage that is full says so and breaks nothing", () => {
  openPage({ full: true });
  assert.equal(save([{ id: "a" }]), false);
  openPage();
  assert.equal(save([{ id: "a" }]), true);
  paintKeepButtons();
});
