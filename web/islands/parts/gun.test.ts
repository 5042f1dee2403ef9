import assert from "node:assert/strict";
import { test } from "node:test";
import { Gun, letter, type Heard, type Key } from "./gun";

/** The keys that type `text` on an American keyboard, `gap` milliseconds apart. */
function keys(text: string, gap: number, start = 1000): Key[] {
  const shifted: Record<string, string> = { ":": "Semicolon", "$": "Digit4" };
  const out: Key[] = [];
  let at = start;
  for (const each of text) {
    const code = shifted[each] ?? (/[A-Z]/.test(each) ? `Key${each}` : `Digit${each}`);
    const needsShift = each in shifted || /[A-Z]/.test(each);
    if (needsShift) out.push({ code: "ShiftLeft", key: "Shift", shiftKey: true, isComposing: false, timeStamp: at });
    out.push({ code, key: each, shiftKey: needsShift, isComposing: false, timeStamp: at });
    at += gap;
  }
  out.push({ code: "Enter", key: "Enter", shiftKey: false, isComposing: false, timeStamp: at });
  return out;
}

function last(all: Key[]): Heard | undefined {
  const gun = new Gun();
  return all.map((key) => gun.hear(key)).at(-1);
}

const PASS = "M1:46027715:1P9N0K2:Q8W2E5R7ABCD";

test("a gun's burst is read", () => {
  for (const gap of [1, 5, 15, 30]) assert.deepEqual(last(keys(PASS, gap)), { kind: "read", text: PASS }, `${gap} ms`);
});

test("with a Chinese input method on, the physical keys are read", () => {
  const typed = keys(PASS, 5).map((key) => (key.key.length === 1 ? { ...key, key: "ㄇ" } : key));
  assert.deepEqual(last(typed), { kind: "read", text: PASS });
});

test("people are left alone", () => {
  for (const gap of [60, 90, 110]) assert.equal(last(keys(PASS, gap))?.kind, "slow", `${gap} ms`);
  assert.equal(last(keys(PASS, 200))?.kind, "human");
  assert.equal(last(keys("12345", 5))?.kind, "human");
});

test("keys an input method is composing with are nobody's", () => {
  assert.equal(last(keys(PASS, 5).map((key) => ({ ...key, isComposing: true })))?.kind, "human");
});

test("a hesitation starts anew", () => {
  const slip = keys("XY", 5).slice(0, -1);
  assert.deepEqual(last([...slip, ...keys(PASS, 5, 2000)]), { kind: "read", text: PASS });
});

test("a prefix key does not become part of the code", () => {
  const prefix: Key = { code: "F8", key: "F8", shiftKey: false, isComposing: false, timeStamp: 995 };
  assert.deepEqual(last([prefix, ...keys(PASS, 5)]), { kind: "read", text: PASS });
});

test("keys that are no letter of a code say nothing", () => {
  const key = (code: string, shown: string, shiftKey = false): Key => ({ code, key: shown, shiftKey, isComposing: false, timeStamp: 0 });
  assert.equal(letter(key("Quote", ":")), ":");
  assert.equal(letter(key("Numpad7", "7")), "7");
  assert.equal(letter(key("Digit2", "@", true)), "");
  assert.equal(letter(key("", "m")), "M");
  assert.equal(letter(key("Unidentified", "啊")), "");
});
