// The counter: codes come in by camera, gun or fingers; the sheet opens; the band says how it went and counts down its undo.

import htmx from "htmx.org";
import { takeCode } from "./parts/beside";
import { startCamera } from "./parts/camera";
import { feelRead, feelResult } from "./parts/feel";
import { startGun } from "./parts/gun";
import { type Method, newKey, Once } from "./parts/once";
import { all, base, one, sayOffline } from "./parts/page";

if (document.body.dataset["desk"] !== undefined) startDesk();
for (const form of all<HTMLFormElement>("[data-pin]")) startPad(form);

function startDesk(): void {
  const once = new Once();
  const dialog = one<HTMLDialogElement>("#sheet");
  const camera = one("[data-camera]");

  function read(text: string, method: Method): void {
    // What is held before the camera while a sheet is open has been dealt with already.
    const isBusy = method === "camera" && dialog?.open === true;
    if (!once.isNew(text, method, performance.now()) || isBusy) return;
    feelRead();
    camera?.classList.add("seen");
    setTimeout(() => camera?.classList.remove("seen"), 600);
    void htmx.ajax("post", `${base()}/scan`, { target: "#result", swap: "innerHTML", values: { code: text, method, key: newKey() } });
  }

  if (camera) startCamera(camera, (text) => read(text, "camera"));
  startGun((text) => read(text, "gun"));
  takeCode((text) => read(text, "gun"));

  // A code typed by hand gets its key at the press of the button.
  document.body.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = (event as CustomEvent<{ elt: Element; parameters: Record<string, string> }>).detail;
    if (elt.matches("[data-scan]")) parameters["key"] = newKey();
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    // What was refused stays in the field, to be corrected.
    const { elt, xhr } = (event as CustomEvent<{ elt: Element; xhr: XMLHttpRequest }>).detail;
    if (elt.matches("form[data-scan]") && xhr.status === 200) (elt as HTMLFormElement).reset();
  });
  const typed = one<HTMLInputElement>("#typed");
  typed?.addEventListener("focus", () => typed.select());
  for (const lost of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.body.addEventListener(lost, unsure);
  document.body.addEventListener("htmx:afterSettle", settle);
  document.body.addEventListener("htmx:oobAfterSwap", openOrClose);
  addEventListener("offline", () => sayOffline(true));
  addEventListener("online", () => sayOffline(false));

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      close();
    }
    const list = event.target.closest("summary")?.parentElement;
    // What opens at the lower edge would open out of sight.
    if (list && dialog?.contains(list)) requestAnimationFrame(() => list.scrollIntoView({ block: "nearest" }));
    for (const menu of all<HTMLDetailsElement>("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  dialog?.addEventListener("close", () => dialog.replaceChildren());

  function close(): void {
    if (dialog?.open) dialog.close();
  }

  function openOrClose(): void {
    if (!dialog) return;
    const sheet = one("[data-sheet]", dialog);
    if (!sheet) return close();
    if (!dialog.open) dialog.showModal();
    for (const form of all("[data-outcomes]", sheet)) startStepper(form);
  }

  function settle(): void {
    const band = one("#result .band");
    if (!band || band.dataset["felt"]) return;
    band.dataset["felt"] = "1";
    feelResult(band.dataset["tone"] ?? "");
    if (band.dataset["tone"] !== "done") close();
    countDown(band);
  }

  /** No answer came. The sheet stays open: its key is the same, so pressing again is safe. */
  function unsure(): void {
    const said = one<HTMLTemplateElement>("#unsure")?.content.cloneNode(true);
    if (!said) return;
    if (dialog?.open) {
      one(".band", dialog)?.remove();
      dialog.prepend(said);
    } else {
      one("#result")?.replaceChildren(said);
    }
    feelResult("care");
  }

  // A page that was drawn with its sheet open: make it the one thing that listens.
  if (dialog?.open) {
    dialog.removeAttribute("open");
    openOrClose();
  }
  const band = one("#result .band");
  if (band) countDown(band);
}

/** The undo bar counts its seconds and goes. */
function countDown(band: HTMLElement): void {
  const form = one("[data-undo]", band);
  const left = form && one(".undo-left", form);
  if (!form || !left) return;
  const ends = performance.now() + Number(form.dataset["undo"]) * 1000;
  const said = left.textContent ?? "";
  const timer = setInterval(() => {
    const seconds = Math.ceil((ends - performance.now()) / 1000);
    if (!form.isConnected) return clearInterval(timer);
    if (seconds <= 0) {
      clearInterval(timer);
      return form.remove();
    }
    left.textContent = said.replace(/\d+/, String(seconds));
  }, 250);
}

/** − and + change what will happen, in words. */
function startStepper(form: HTMLElement): void {
  const outcomes = JSON.parse(form.dataset["outcomes"] ?? "[]") as string[];
  const amount = one<HTMLInputElement>("[data-amount]", form);
  const less = one<HTMLButtonElement>("[data-less]", form);
  const more = one<HTMLButtonElement>("[data-more]", form);
  const outcome = one("[data-outcome]", form);
  const give = one("[data-give]", form);
  const words = one<HTMLTemplateElement>("[data-give-words]", form)?.content;
  if (!amount || !less || !more || !outcome || !give || !words) return;

  const set = (wanted: number) => {
    const value = Math.min(Math.max(Math.round(wanted) || 1, 1), outcomes.length);
    amount.value = String(value);
    less.disabled = value === 1;
    more.disabled = value === outcomes.length;
    outcome.textContent = outcomes[value - 1] ?? "";
    give.textContent = words.children[value - 1]?.textContent ?? "";
  };
  less.addEventListener("click", () => set(Number(amount.value) - 1));
  more.addEventListener("click", () => set(Number(amount.value) + 1));
  amount.addEventListener("change", () => set(Number(amount.value)));
}

/** The PIN pad types into the field; a keyboard may too. */
function startPad(form: HTMLFormElement): void {
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
