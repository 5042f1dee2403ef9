import assert from "node:assert/strict";
import { test } from "node:test";
import { inZone } from "./box-dials";
import { inputType, plain } from "./box-when";

test("a wall clock's time is found in its zone, whatever the browser's", () => {
  for (const [local, zone, utc] of [
    ["2027-03-04T11:30", "Asia/Taipei", "2027-03-04T03:30:00.000Z"],
    ["2027-01-01T00:05", "Asia/Taipei", "2026-12-31T16:05:00.000Z"],
    ["2027-07-01T12:00", "Europe/London", "2027-07-01T11:00:00.000Z"],
    ["2027-03-04T11:30", "UTC", "2027-03-04T11:30:00.000Z"],
  ] as const) {
    assert.equal(inZone(local, zone).toISOString(), utc, `${local} ${zone}`);
  }
});

test("LINE's three modes have their fields", () => {
  assert.deepEqual([inputType("date"), inputType("time"), inputType("datetime")], ["date", "time", "datetime-local"]);
  assert.equal(plain("2027-03-04t11:30"), "2027-03-04T11:30");
  assert.equal(plain(undefined), "");
});
