import assert from "node:assert/strict";
import { test } from "node:test";
import { path } from "./code";
import { landed } from "./land";
import { present } from "./pass";

test("runs of dark modules become rectangles", () => {
  // 110 / 001 / 111
  assert.equal(path(3, btoa(String.fromCharCode(0b11000111, 0b10000000))), "M0 0h2v1h-2zM2 1h1v1h-1zM0 2h3v1h-3z");
});

test("the window of this moment is shown, and none when all have run out", () => {
  const windows = [0, 30_000, 60_000].map((from) => ({ from, size: 25, bits: "" }));
  for (const [now, from] of [[0, 0], [29_999, 0], [30_000, 30_000], [89_999, 60_000], [90_000, undefined], [-1, undefined]] as const) {
    assert.equal(present(windows, 30, now)?.from, from, `at ${now}`);
  }
});

test("new stamps land, also those of the next card", () => {
  assert.deepEqual(landed(7, 9), [8, 9]);
  assert.deepEqual(landed(9, 1), [1]);
  assert.deepEqual(landed(9, 0), []);
  assert.deepEqual(landed(7, 7), []);
});
