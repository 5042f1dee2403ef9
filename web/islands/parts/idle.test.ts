import assert from "node:assert/strict";
import { test } from "node:test";
import { Idle } from "./idle";

test("a desk locks after its time without an act, and each act begins it anew", () => {
  const idle = new Idle(120_000, 1000);
  assert.equal(idle.isOver(120_999), false);
  idle.act(100_000);
  assert.equal(idle.isOver(121_000), false);
  assert.equal(idle.isOver(220_000), true);
});
