import assert from "node:assert/strict";
import { test } from "node:test";
import { amountIn } from "./stepper";

test("a typed amount stays within what may be given, and an empty field says nothing", () => {
  for (const [typed, amount] of [["9", 9], ["0", 1], ["-3", 1], ["99", 10], ["2.6", 3], ["e", 1], ["", undefined], [" ", undefined]] as const) {
    assert.equal(amountIn(typed, 10), amount, typed);
  }
});
