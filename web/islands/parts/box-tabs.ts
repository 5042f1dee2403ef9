// On a narrow screen one thing is looked at at a time: a phone, or the counter. A tab for each.

import { all, one } from "./page";

export class PhoneTabs {
  private readonly nav = one("[data-tabs]");
  private phones: HTMLElement[] = [];
  private shown = 0;

  constructor() {
    this.nav?.addEventListener("click", (event) => {
      const tab = event.target instanceof Element ? event.target.closest<HTMLElement>("button[data-show]") : null;
      if (tab?.dataset["show"] === "desk") this.mark("desk");
      else if (tab) this.show(Number(tab.dataset["show"]));
    });
  }

  /** These phones are there now. What was looked at is still looked at, where it is still there. */
  draw(phones: HTMLElement[]): void {
    const before = this.phones[this.shown];
    this.phones = phones;
    this.shown = Math.max(before ? phones.indexOf(before) : 0, 0);
    for (const old of all("[data-show]:not([data-show=desk])", this.nav ?? document)) old.remove();
    const tabs = phones.map((_, place) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.dataset["show"] = String(place);
      tab.textContent = `${this.nav?.dataset["phone"] ?? ""} ${place + 1}`;
      return tab;
    });
    this.nav?.prepend(...tabs);
    this.mark(document.body.dataset["shown"] ?? "phone");
  }

  /** Looks at one of them. */
  show(place: number): void {
    this.shown = place;
    this.mark("phone");
  }

  private mark(what: string): void {
    document.body.dataset["shown"] = what;
    for (const [place, phone] of this.phones.entries()) phone.classList.toggle("shown", place === this.shown);
    const current = what === "desk" ? what : String(this.shown);
    for (const tab of all("[data-show]", this.nav ?? document)) {
      if (tab.dataset["show"] === current) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
  }
}
