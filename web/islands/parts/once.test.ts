import assert from "node:assert/strict";
import { test } from "node:test";
import { newKey, Once } from "./once";

test("ten shots of a gun are one act", () => {
  const once = new Once();
  const shots = Array.from({ length: 10 }, (_, i) => once.isNew("M1:46027715:A:B", "gun", i * 100));
  assert.deepEqual(shots, [true, ...Array<boolean>(9).fill(false)]);
  assert.equal(once.isNew("M1:46027715:A:B", "gun", 3000), true);
  assert.equal(once.isNew("M1:11111111:A:B", "gun", 3100), true);
});

test("a phone that stays before the camera is read once, though its code turns", () => {
  const once = new Once();
  const seen = Array.from({ length: 400 }, (_, i) => once.isNew(`M1:46027715:W${Math.floor(i / 300)}:X`, "camera", i * 100));
  assert.equal(seen.filter(Boolean).length, 1);
  assert.equal(once.isNew("M1:46027715:W2:X", "camera", 39_900 + 3000), true);
});

test("what came to nothing may be read again at once", () => {
  const once = new Once();
  assert.equal(once.isNew("M1:46027715:A:B", "gun", 0), true);
  once.forget();
  assert.equal(once.isNew("M1:46027715:A:B", "gun", 100), true);
});

test("keys differ, with and without a secure page", () => {
  assert.notEqual(newKey(), newKey());
  const there = crypto.randomUUID;
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  assert.match(newKey(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  Object.defineProperty(crypto, "randomUUID", { value: there, configurable: true });
});
