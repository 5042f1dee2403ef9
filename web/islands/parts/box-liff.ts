// The LIFF page over a chat: a frame whose name tells our stub of the SDK who is there.

import type { LiffPage } from "./box";
import type { DrawnCode } from "./box-scan";
import { one } from "./page";

interface Wishes {
  open(uri: string): void;
  follow(): void;
  scan(code: DrawnCode | null): void;
}

/** What the page in the frame, or our stub of the SDK, tells the phone. */
interface Told {
  from: "liff";
  wants?: "login" | "friendship" | "open" | "close";
  url?: string;
  /** The answer to "which code do you show". */
  shows?: DrawnCode | null;
}

/** A page with a code says at once which; one without our script says nothing. In milliseconds. */
const PATIENCE = 1500;

export class LiffSheet {
  private frame: HTMLIFrameElement | undefined;
  private asked: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly wishes: Wishes,
  ) {
    one("[data-sheet-close]", root)?.addEventListener("click", () => this.close());
    one("[data-sheet-scan]", root)?.addEventListener("click", () => this.askForCode());
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    addEventListener("message", (event: MessageEvent<unknown>) => {
      if (!this.frame || event.source !== this.frame.contentWindow || !isTold(event.data)) return;
      const { wants, url, shows } = event.data;
      if (shows !== undefined) this.scan(shows);
      if (wants === "login") wishes.open(inAnyPhone(this.frame.src));
      if (wants === "close") this.close();
      if (wants === "open" && url) wishes.open(url);
      if (wants === "friendship") wishes.follow();
    });
  }

  open(page: LiffPage): void {
    this.close();
    const frame = document.createElement("iframe");
    // Before it loads: the stub reads it at once.
    frame.name = page.frame_name;
    frame.src = page.url;
    frame.title = new URL(page.url).host;
    frame.allow = "screen-wake-lock; clipboard-write";
    one("[data-sheet-frame]", this.root)?.replaceChildren(frame);
    this.frame = frame;
    this.root.hidden = false;
    one("[data-sheet-close]", this.root)?.focus();
  }

  private askForCode(): void {
    if (!this.frame) return;
    clearTimeout(this.asked);
    this.asked = setTimeout(() => this.scan(null), PATIENCE);
    this.frame.contentWindow?.postMessage({ wants: "code" }, new URL(this.frame.src).origin);
  }

  private scan(code: DrawnCode | null): void {
    clearTimeout(this.asked);
    this.wishes.scan(code);
  }

  close(): void {
    clearTimeout(this.asked);
    this.root.hidden = true;
    this.frame?.remove();
    this.frame = undefined;
  }
}

/** The page's address without the phone's own name before the host, as a message would link to it. */
function inAnyPhone(address: string): string {
  const at = new URL(address);
  at.host = at.host.split(".").slice(1).join(".");
  return at.href;
}

function isTold(data: unknown): data is Told {
  return typeof data === "object" && data !== null && (data as { from?: unknown }).from === "liff";
}
