// Keeps the page true: the service says when the member's version grew, and the page asks for its parts again.

import htmx from "htmx.org";
import { one, base, sayOffline } from "./page";

interface Beat {
  version: number;
  now: number;
}

/** Listens while the page is looked at. `heard` is told the service's time with each beat. */
export function startLive(heard: (now: number) => void): void {
  let source: EventSource | undefined;

  function open(): void {
    if (source || !one("#live")) return;
    source = new EventSource(`${base()}/events`);
    source.addEventListener("version", (event) => {
      const beat = JSON.parse((event as MessageEvent<string>).data) as Beat;
      sayOffline(false);
      heard(beat.now);
      if (String(beat.version) !== one("#live")?.dataset["version"]) htmx.trigger(document.body, "changed", {});
    });
    source.onerror = () => {
      if (!navigator.onLine) sayOffline(true);
      // A closed source does not come back by itself (the session ended, too many listen, or a proxy gave an error).
      if (source?.readyState === EventSource.CLOSED) {
        close();
        void wakeLater();
      }
    };
  }

  /** Comes again, or begins anew with signing in when it was the session that ended. */
  async function wakeLater(): Promise<void> {
    const answer = await fetch(`${base()}/pass`, { headers: { accept: "application/json" } }).catch(() => undefined);
    if (answer?.status === 401) return location.reload();
    if (answer?.ok) htmx.trigger(document.body, "changed", {});
    setTimeout(wake, 5000 + Math.random() * 5000);
  }

  function close(): void {
    source?.close();
    source = undefined;
  }

  function wake(): void {
    if (document.visibilityState === "visible") open();
    else close();
  }

  wake();
  document.addEventListener("visibilitychange", wake);
  addEventListener("pageshow", wake);
  addEventListener("pagehide", close);
  addEventListener("offline", () => sayOffline(true));
  addEventListener("online", () => {
    close();
    wake();
    htmx.trigger(document.body, "changed", {});
  });
}
