// The pass: redraws the code each window from what was preloaded, fetches more while there is network, and says so when it
// runs out. Time is the service's: a phone's clock may be wrong, and the sandbox moves it.

import { path } from "./code";
import { all, base, one, sayOffline } from "./page";

export interface Window {
  from: number;
  size: number;
  bits: string;
}

interface Answer {
  now: number;
  seconds: number;
  windows: Window[];
}

/** Fetch more when so few windows are left. */
const FEW = 4;
/** But not more often than this, in milliseconds. */
const PATIENCE = 10_000;
/** Ask for more light when nobody has scanned for so long, in milliseconds. */
const DARK_AFTER = 8_000;

/** The window to show at `now`, or nothing when none is good. */
export function present(windows: Window[], seconds: number, now: number): Window | undefined {
  return windows.findLast((window) => window.from <= now && now < window.from + seconds * 1000);
}

/** Wakes the pass of this page. Gives back what tells it the service's time; it fetches anew when that has jumped. */
export function startPass(section: HTMLElement): (now: number) => void {
  let windows = JSON.parse(section.dataset["windows"] ?? "[]") as Window[];
  let seconds = Number(section.dataset["seconds"] ?? 30);
  let ahead = Number(section.dataset["now"]) - answeredAt();
  let shown = -1;
  let fetchedAt = 0;
  let isFetching = false;

  const code = one<SVGElement>(".qr", section);
  const dark = one<SVGPathElement>(".qr-dark", section);
  const ring = one<SVGRectElement>(".ring-left", section);
  const frame = one(".pass-code", section);
  const out = one("[data-pass-out]", section);
  const now = () => Date.now() + ahead;

  function draw(): void {
    const window = present(windows, seconds, now());
    if (out) out.hidden = window !== undefined;
    frame?.classList.toggle("dimmed", window === undefined);
    if (window) {
      if (window.from !== shown && dark && code) {
        dark.setAttribute("d", path(window.size, window.bits));
        code.setAttribute("viewBox", `-4 -4 ${window.size + 8} ${window.size + 8}`);
        shown = window.from;
      }
      const gone = Math.floor((now() - window.from) / 1000);
      ring?.setAttribute("stroke-dashoffset", String(gone));
    } else {
      ring?.setAttribute("stroke-dashoffset", String(seconds));
    }
    const left = windows.filter((each) => each.from > now()).length;
    if (left < FEW && Date.now() - fetchedAt > PATIENCE) void more();
  }

  async function more(): Promise<void> {
    if (isFetching) return;
    isFetching = true;
    fetchedAt = Date.now();
    try {
      const answer = await fetch(`${base()}/pass`, { headers: { accept: "application/json" }, cache: "no-store" });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = (await answer.json()) as Answer;
      windows = fresh.windows;
      seconds = fresh.seconds;
      ahead = fresh.now - Date.now();
      sayOffline(false);
    } catch {
      sayOffline(true);
    } finally {
      isFetching = false;
    }
    draw();
  }

  // LINE may keep this page for hours and show a picture of it: what it shows must not be a code that looks good.
  function hide(): void {
    frame?.classList.add("dimmed");
  }

  function wake(): void {
    if (document.visibilityState !== "visible") return hide();
    draw();
    void stayLit();
  }

  draw();
  setInterval(() => {
    if (document.visibilityState === "visible") draw();
  }, 1000);
  addEventListener("pageshow", wake);
  addEventListener("pagehide", hide);
  addEventListener("online", () => void more());
  document.addEventListener("visibilitychange", wake);
  for (const button of all("[data-retry]")) button.addEventListener("click", () => void more());
  setTimeout(() => {
    const hint = one("[data-brighter]", section);
    if (hint) hint.hidden = false;
  }, DARK_AFTER);
  void stayLit();

  return (serviceNow) => {
    const drift = serviceNow - now();
    if (Math.abs(drift) > 3000) {
      ahead += drift;
      void more();
    }
  };
}

/** When this page's answer began to arrive, by this device's clock. */
function answeredAt(): number {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return entry && entry.responseStart > 0 ? performance.timeOrigin + entry.responseStart : Date.now();
}

/** Keeps the screen on while the pass is shown, where the browser can. */
async function stayLit(): Promise<void> {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Low battery, or not allowed in this frame: the hint about brightness remains.
  }
}
