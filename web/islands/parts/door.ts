// Before the work: the PIN pad, and the field for a device's code.

import { one } from "./page";

/** Where a typed code waits for the page to come back: it is never put into an address. */
const TYPED = "shuke-typed-code";

/** The PIN pad types into the field; a keyboard may too. */
export function startPad(form: HTMLFormElement): void {
  const pin = one<HTMLInputElement>("[name=pin]", form);
  const pad = one("[data-pad]", form);
  const submit = one("[data-plain-submit]", form);
  if (!pin || !pad || !submit) return;
  pad.hidden = false;
  submit.remove();
  pin.inputMode = "none";
  pad.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("button") : null;
    if (button?.dataset["digit"]) pin.value += button.dataset["digit"];
    if (button?.dataset["rub"] !== undefined) pin.value = pin.value.slice(0, -1);
  });
}

/** A code that was refused stands in the field again, to be corrected. */
export function startEnrolling(form: HTMLFormElement | null): void {
  const code = form && one<HTMLInputElement>("[name=code]", form);
  try {
    const typed = sessionStorage.getItem(TYPED);
    sessionStorage.removeItem(TYPED);
    if (!form || !code) return;
    if (typed) {
      code.value = typed;
      code.select();
    }
    form.addEventListener("submit", () => sessionStorage.setItem(TYPED, code.value));
  } catch {
    // This browser keeps nothing; the page says so once the code was right.
  }
}
