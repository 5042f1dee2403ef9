// Beside the sandbox's phones a code goes from the member's page to the counter's scanner by the mouse: no camera sees its own
// screen. The sandbox's page is the only one whose frames our pages stand in (their policy says so), so a parent is it.

import { all, one } from "./page";

/** Tells the phone around this page which code it shows, when the phone asks. A dimmed one cannot be read. */
export function showCode(): void {
  hear((data) => {
    if (data["wants"] !== "code") return undefined;
    const shown = all<SVGElement>("svg.qr").find((code) => code.getClientRects().length > 0 && !code.closest(".dimmed"));
    const path = shown && one<SVGPathElement>(".qr-dark", shown)?.getAttribute("d");
    return { from: "liff", shows: path ? { view: shown?.getAttribute("viewBox"), path } : null };
  });
}

/** Takes the code a phone holds before the scanner. */
export function takeCode(read: (text: string) => void): void {
  hear((data) => {
    if (data["from"] !== "phone" || typeof data["code"] !== "string") return undefined;
    read(data["code"]);
    return { from: "counter" };
  });
}

function hear(answer: (data: Record<string, unknown>) => object | undefined): void {
  if (parent === window) return;
  addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.source !== parent || typeof event.data !== "object" || event.data === null) return;
    const said = answer(event.data as Record<string, unknown>);
    if (said) parent.postMessage(said, event.origin);
  });
}
