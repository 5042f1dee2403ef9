// The list of the last acts, asked for again when an answer was lost: what the service has is what happened.

import htmx from "htmx.org";
import { base, one } from "./page";

export class Acts {
  private isStale = false;
  private answers = 0;

  /** No answer came to an act: the list may lack it. */
  lost(): void {
    this.isStale = true;
  }

  /** An act was answered, and its answer brought the list. */
  answered(): void {
    this.answers += 1;
    this.isStale = false;
  }

  /** Asks for the list where it may lack something, or in any case. */
  async refresh(inAnyCase = false): Promise<void> {
    if (!this.isStale && !inAnyCase) return;
    const before = this.answers;
    try {
      const answer = await fetch(`${base()}/`, { headers: { accept: "text/html" }, cache: "no-store" });
      if (answer.redirected) return location.replace(answer.url);
      const acts = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#acts");
      // What an act brought meanwhile is newer.
      if (!acts || before !== this.answers) return;
      one("#acts")?.replaceWith(acts);
      htmx.process(acts);
      this.isStale = false;
    } catch {
      // Still no network; it is asked again when there is.
    }
  }
}
