// Without a network a link would leave for the browser's own page: the pass and a voucher's code must stay on the screen.

import { all, one, sayOffline } from "./page";
import { isReached } from "./reach";

/** Keeps the page while there is no network. `looksItself` is a page whose own part tries again. */
export function holdPage(looksItself: boolean): void {
  for (const type of ["click", "submit"]) document.addEventListener(type, hold, { capture: true });
  if (looksItself) return;
  for (const button of all("[data-retry]")) {
    button.addEventListener("click", async () => {
      if (await isReached(location.href)) location.reload();
      else sayOffline(true);
    });
  }
}

function hold(event: Event): void {
  const leaves = event.type === "submit" || (event.target instanceof Element && event.target.closest("a[href]:not([target])"));
  if (!leaves || navigator.onLine) return;
  event.preventDefault();
  event.stopPropagation();
  sayOffline(true);
  one("#offline [data-retry]")?.focus();
}
