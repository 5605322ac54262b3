import assert from "node:assert/strict";
import { test } from "node:test";
import { Rates } from "../../static/js/models/rates.js";

test("one question for all that is in sight, once a point, and at once for those that come into sight", async () => {
  const asked = [];
  let [time, later, sight] = [0, null, ["a", "b"]];
  const api = { cards: async (ids) => { asked.push(ids.join()); return { sessions: { a: { output_rate: [1, null], cpu_percent: [7] } } }; } };
  const rates = new Rates({ api, inSight: () => sight, now: () => time, later: (work) => { later = work; return 1; } });
  rates.tick();
  await new Promise((done) => rates.addEventListener("change", done, { once: true }));
  assert.deepEqual(rates.known.get("a"), { output: [1, null], cpu: [7], memory: [] });
  assert.deepEqual(rates.known.get("b"), { output: [], cpu: [], memory: [] });
  time = 9_999;
  rates.tick();
  rates.soon();
  later();
  assert.deepEqual(asked, ["a,b"], "nothing is new yet");
  sight = ["b", "c"];
  rates.soon();
  rates.soon();
  later();
  assert.deepEqual(asked, ["a,b", "b,c"]);
  sight = [];
  time = 60_000;
  rates.tick();
  assert.equal(asked.length, 2, "nobody looks");
});
