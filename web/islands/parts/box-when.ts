// The date picker of a phone, in LINE's three modes.

import type { Action } from "./box-phone";
import { one } from "./page";

/** What was picked; null when the person thought better of it. */
export function pickTime(action: Action): Promise<string | null> {
  const dialog = one<HTMLDialogElement>("#when");
  const field = dialog && one<HTMLInputElement>("[name=at]", dialog);
  if (!dialog || !field) return Promise.resolve(null);
  field.type = inputType(action.mode);
  field.min = plain(action.min);
  field.max = plain(action.max);
  field.value = plain(action.initial);
  dialog.returnValue = "";
  one("[data-when-close]", dialog)?.addEventListener("click", () => dialog.close(), { once: true });
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "ok" ? field.value : null), { once: true });
  });
}

/** The field for one of LINE's modes. */
export function inputType(mode: Action["mode"]): string {
  return mode === "datetime" ? "datetime-local" : (mode ?? "date");
}

/** LINE takes `2027-03-04t11:30` too; a field wants the large T. */
export function plain(at: string | undefined): string {
  return (at ?? "").replace("t", "T");
}
