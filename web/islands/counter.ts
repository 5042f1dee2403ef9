// The counter: codes come in by camera, gun or fingers; the sheet opens; the band says how it went and counts down its undo.

import htmx from "htmx.org";
import { Acts } from "./parts/acts";
import { takeCode } from "./parts/beside";
import { startCamera } from "./parts/camera";
import { startEnrolling, startPad } from "./parts/door";
import { feelRead, feelResult } from "./parts/feel";
import { startGun } from "./parts/gun";
import { Idle } from "./parts/idle";
import { forgetAtLeaving } from "./parts/leave";
import { type Method, newKey, Once } from "./parts/once";
import { all, base, one, sayOffline } from "./parts/page";
import { goWhenReached } from "./parts/reach";
import { startStepper } from "./parts/stepper";

/** A wait of this length, in milliseconds, is told. */
const LONG = 250;

/** What htmx tells of a request. */
interface Asked {
  elt: Element;
  xhr: XMLHttpRequest;
  requestConfig: { path: string; parameters: Record<string, string> };
}

startEnrolling(one<HTMLFormElement>("[data-enrol]"));
for (const form of all<HTMLFormElement>("[data-pin]")) startPad(form);
if (document.body.dataset["desk"] !== undefined) startDesk();
forgetAtLeaving(() => {
  for (const pin of all<HTMLInputElement>("[name=pin]")) pin.value = "";
  if (document.body.dataset["desk"] !== undefined) document.body.replaceChildren();
});

function startDesk(): void {
  const once = new Once();
  const acts = new Acts();
  const idle = new Idle(Number(document.body.dataset["locksAfter"]) * 1000, Date.now());
  const dialog = one<HTMLDialogElement>("#sheet");
  const camera = one("[data-camera]");
  const result = one("#result");
  let looking: ReturnType<typeof setTimeout> | undefined;

  function read(text: string, method: Method): void {
    // What is held before the camera while a sheet is open has been dealt with already.
    const isBusy = method === "camera" && dialog?.open === true;
    if (!once.isNew(text, method, performance.now()) || isBusy) return;
    feelRead();
    camera?.classList.add("seen");
    setTimeout(() => camera?.classList.remove("seen"), 600);
    const values = { code: text, method, key: newKey() };
    // What goes wrong is told by the events below.
    htmx.ajax("post", `${base()}/scan`, { target: "#result", swap: "innerHTML", values }).catch(() => {});
  }

  if (camera) startCamera(camera, (text) => read(text, "camera"));
  startGun((text) => read(text, "gun"));
  takeCode((text) => read(text, "gun"));

  // A code typed by hand gets its key at the press of the button.
  on<{ elt: Element; parameters: Record<string, string> }>("htmx:configRequest", ({ elt, parameters }) => {
    if (elt.matches("[data-scan]")) parameters["key"] = newKey();
  });
  on<Asked>("htmx:beforeSend", (asked) => {
    if (!isReading(asked)) return;
    clearTimeout(looking);
    looking = setTimeout(() => put("#looking"), LONG);
  });
  on<Asked>("htmx:afterRequest", (asked) => {
    const { elt, xhr } = asked;
    clearTimeout(looking);
    if (xhr.status === 0) return;
    idle.act(Date.now());
    if (!isReading(asked) && xhr.status === 200) acts.answered();
    void acts.refresh();
    // What was refused stays in the field, to be corrected.
    if (elt.matches("form[data-scan]") && xhr.status === 200) (elt as HTMLFormElement).reset();
  });
  for (const lost of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) on<Asked>(lost, unanswered);
  document.body.addEventListener("htmx:afterSettle", settle);
  document.body.addEventListener("htmx:oobAfterSwap", openOrClose);
  const typed = one<HTMLInputElement>("#typed");
  typed?.addEventListener("focus", () => typed.select());
  addEventListener("offline", () => sayOffline(true));
  addEventListener("online", () => {
    sayOffline(false);
    once.forget();
    // What was not known without a network stands in the list now.
    one("[data-lost]", result ?? document)?.remove();
    void acts.refresh(true);
  });

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
  dialog?.addEventListener("close", () => {
    dialog.replaceChildren();
    void acts.refresh();
  });

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

  /** Puts words of the page itself where results stand. */
  function put(template: string): HTMLElement | null {
    const said = one<HTMLTemplateElement>(template)?.content.cloneNode(true);
    if (said && dialog?.open) {
      one("[data-own]", dialog)?.remove();
      dialog.prepend(said);
    } else if (said) {
      result?.replaceChildren(said);
    }
    const put = one(":scope > :first-child", dialog?.open ? dialog : (result ?? document));
    if (put) put.dataset["own"] = "";
    return put;
  }

  /**
   * No answer came. To a reading, nothing was done: it is read again. To an act, the sheet stays open: its key is the same, so
   * pressing again is safe.
   */
  function unanswered(asked: Asked): void {
    if (!isReading(asked)) acts.lost();
    // The camera would read what is held before it again and again; the gun is pressed.
    else if (asked.requestConfig.parameters["method"] !== "camera") once.forget();
    const band = put(isReading(asked) ? "#unread" : "#unsure");
    if (band) {
      band.dataset["felt"] = "1";
      band.dataset["lost"] = "";
    }
    feelResult("care");
  }

  /** The service has locked the session, or is about to: nobody's data stays on an untouched desk. */
  function lock(): void {
    clearInterval(watch);
    close();
    result?.replaceChildren();
    void goWhenReached(`${base()}/sign-in?locked`);
  }
  const lockIfIdle = () => {
    if (idle.isOver(Date.now())) lock();
  };
  const watch = setInterval(lockIfIdle, 1000);
  document.addEventListener("visibilitychange", lockIfIdle);

  // A page that was drawn with its sheet open: make it the one thing that listens.
  if (dialog?.open) {
    dialog.removeAttribute("open");
    openOrClose();
  }
  const band = one("#result .band");
  if (band) countDown(band);
}

function on<T>(name: string, hear: (detail: T) => void): void {
  document.body.addEventListener(name, (event) => hear((event as CustomEvent<T>).detail));
}

function isReading({ requestConfig }: Asked): boolean {
  return requestConfig.path.endsWith("/scan");
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
