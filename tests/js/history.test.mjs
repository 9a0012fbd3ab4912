import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage } from "./page.mjs";

/** The module as a page loads it; `state` is what the browser kept of the entry. */
let loads = 0;
async function load(state = null) {
  openPage({ state });
  loads += 1;
  return import(`../../geoportal/web/static/js/history.js?load=${loads}`);
}

const at = (fields, kinds = []) => ({ home: { typed: fields.address || "", fields }, form: { kinds } });

test("another question is an entry of its own, the same one is not", async () => {
  const history = await load();
  history.note(at({}), "/");
  history.note(at({ address: "見本町1" }), "/");
  history.note(at({ address: "見本町1" }, ["clinic"]), "/?kind=clinic");
  history.note(at({ address: "見本町1" }, ["clinic"]), "/?kind=clinic");
  assert.equal(window.history.length, 3);
  assert.deepEqual(window.history.state, { entry: 2, home: true });
  assert.equal(location.search, "?kind=clinic");
});

test("Back returns to the question as it was asked, home included", async () => {
  const history = await load();
  const returned = [];
  history.start((question) => returned.push(question));
  const first = at({ lon: "130.9", lat: "33.9" });
  history.note(first, "/");
  history.note(at({}, ["clinic"]), "/?kind=clinic");
  first.form.kinds.push("changed later");
  window.fire("popstate", { state: { entry: 0, home: true } });
  assert.deepEqual(returned, [at({ lon: "130.9", lat: "33.9" })]);
  history.note(at({ lon: "130.9", lat: "33.9" }), "/"); // its answer makes no new entry
  assert.equal(window.history.length, 2);
});

test("after a reload a home is known to be lost, and nothing else is known of it", async () => {
  assert.equal((await load({ entry: 3, home: true })).homeIsLost(), true);
  assert.equal((await load({ entry: 3, home: false })).homeIsLost(), false);
  assert.equal((await load()).homeIsLost(), false);
});

test("an entry from before a reload is loaded; a jump within the page is not", async () => {
  const history = await load({ entry: 3, home: true });
  let reloads = 0;
  window.location = { reload: () => { reloads += 1; } };
  history.start(() => assert.fail("not asked on this page"));
  history.note(at({}), "/");
  window.fire("popstate", { state: null });
  assert.deepEqual([reloads, window.history.state], [0, { entry: 3, home: false }]);
  window.fire("popstate", { state: { entry: 2, home: true } });
  assert.equal(reloads, 1);
});
