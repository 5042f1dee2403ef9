// The bar and the drawer: the clock, the month's messages, what goes wrong on demand, the exchange with the service.

import { act, clear, complaint, excuse, type Outcome, read, say } from "./box";
import { all, one } from "./page";

interface Habits {
  redelivery: boolean;
  duplicates: number;
  hold: boolean;
  signature: string;
}

interface Dials {
  now: number;
  offset: string;
  quota: string;
  limit: number | null;
  habits: Habits;
  held: number;
  faults: string[];
}

export class DialBoard {
  private ahead = 0;
  private habits: Habits = { redelivery: false, duplicates: 0, hold: false, signature: "right" };
  private isReading = false;
  private isStale = false;
  private readonly drawer = one("#drawer");
  private readonly shown: Intl.DateTimeFormat;

  constructor(private readonly zone: string) {
    this.shown = new Intl.DateTimeFormat(document.documentElement.lang, {
      timeZone: zone,
      month: "numeric",
      day: "numeric",
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    this.listen();
    setInterval(() => this.tick(), 1000);
  }

  /** Reads the dials again, and the exchange while it is looked at. */
  async refresh(): Promise<void> {
    this.isStale = true;
    if (this.isReading) return;
    this.isReading = true;
    try {
      while (this.isStale) {
        this.isStale = false;
        this.draw(await read<Dials>("/dials"));
        if (this.drawer && !this.drawer.hidden) this.drawTape(await read<string>("/tape"));
      }
    } catch {
      // The stream says so when the sandbox is gone, and asks again when it is back.
    } finally {
      this.isReading = false;
    }
  }

  private draw(dials: Dials): void {
    this.ahead = dials.now - Date.now();
    this.habits = dials.habits;
    this.tick();
    put("[data-offset]", dials.offset);
    put("[data-quota]", dials.quota);
    put("[data-held]", dials.held > 0 ? String(dials.held) : "");
    put("[data-fault-count]", dials.faults.length > 0 ? String(dials.faults.length) : "");
    const release = one("[data-release-line]");
    if (release) release.hidden = dials.held === 0;
    const off = one("[data-faults-off]");
    if (off) off.hidden = dials.faults.length === 0;
    one("[data-faults]")?.replaceChildren(
      ...dials.faults.map((words) => {
        const line = document.createElement("li");
        line.textContent = words;
        return line;
      }),
    );
    for (const field of all<HTMLInputElement | HTMLSelectElement>("[data-habit]")) {
      const value = dials.habits[field.dataset["habit"] as keyof Habits];
      if (field instanceof HTMLInputElement) field.checked = Boolean(value);
      else field.value = String(value);
    }
    const limit = one<HTMLInputElement>("[data-quota-form] [name=limit]");
    if (limit && document.activeElement !== limit) limit.value = dials.limit === null ? "" : String(dials.limit);
  }

  /** Rows someone has opened stay open. */
  private drawTape(html: string): void {
    const tape = one("[data-tape]");
    if (!tape) return;
    const open = new Set(all<HTMLDetailsElement>("details[open]", tape).map((row) => row.dataset["seq"]));
    tape.innerHTML = html;
    for (const row of all<HTMLDetailsElement>("details", tape)) row.open = open.has(row.dataset["seq"]);
  }

  private tick(): void {
    const clock = one<HTMLTimeElement>("[data-clock]");
    const now = new Date(Date.now() + this.ahead);
    if (clock) {
      clock.textContent = this.shown.format(now);
      clock.dateTime = now.toISOString();
    }
  }

  private listen(): void {
    for (const button of all("[data-drawer-toggle]")) button.addEventListener("click", () => this.toggle());
    this.drawer?.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.toggle();
    });
    for (const button of all("[data-advance]")) {
      button.addEventListener("click", () => void this.turn(() => act("/clock", { advance_s: Number(button.dataset["advance"]) })));
    }
    onSubmit("[data-jump]", (form) => {
      const to = inZone(String(form.get("to")), this.zone);
      return to.getTime() <= Date.now() + this.ahead ? this.tell(say("backwards")) : this.turn(() => act("/clock", { to: to.toISOString() }));
    });
    for (const button of all("[data-again]")) button.addEventListener("click", () => void this.again(button.dataset["again"] === "true"));
    for (const button of all("[data-release]")) {
      button.addEventListener("click", () => void this.turn(() => act("/webhooks/release", { order: button.dataset["release"], per_request: 1 })));
    }
    for (const field of all<HTMLInputElement | HTMLSelectElement>("[data-habit]")) {
      field.addEventListener("change", () => void this.turn(() => act("/webhooks", this.habitsWith(field))));
    }
    onSubmit("[data-fault]", (form) => {
      const fault = { kind: form.get("kind"), endpoint: form.get("endpoint") || null, count: Number(form.get("count")) || null, ms: 3000 };
      return this.turn(() => act("/faults", fault));
    });
    one("[data-faults-off]")?.addEventListener("click", () => void this.turn(() => clear("/faults")));
    one("[data-revoke]")?.addEventListener("click", () => void this.turn(() => act("/tokens/revoke")));
    onSubmit("[data-quota-form]", (form) => {
      const limit = String(form.get("limit"));
      return this.turn(() => act("/quota", { limit: limit === "" ? null : Number(limit) }));
    });
  }

  private toggle(): void {
    if (!this.drawer) return;
    this.drawer.hidden = !this.drawer.hidden;
    const opener = one(".bar [data-drawer-toggle]");
    opener?.setAttribute("aria-expanded", String(!this.drawer.hidden));
    if (this.drawer.hidden) opener?.focus();
    else void this.refresh();
  }

  private habitsWith(field: HTMLInputElement | HTMLSelectElement): Habits {
    const name = field.dataset["habit"];
    if (name === "signature") return { ...this.habits, signature: field.value };
    const isOn = field instanceof HTMLInputElement && field.checked;
    return name === "duplicates" ? { ...this.habits, duplicates: isOn ? 1 : 0 } : { ...this.habits, [name ?? ""]: isOn };
  }

  private async again(redelivery: boolean): Promise<void> {
    await this.turn(async () => {
      const { outcome } = await act<{ outcome: Outcome }>("/webhooks/again", { redelivery });
      const wrong = outcome === null ? say("again-none") : complaint(outcome);
      this.tell(wrong || `${say("moved")} ${typeof outcome === "object" ? outcome?.status : ""}`);
    });
  }

  private async turn(dial: () => Promise<unknown>): Promise<void> {
    this.tell("");
    try {
      await dial();
    } catch (error) {
      this.tell(excuse(error));
    }
    await this.refresh();
  }

  private tell(text: string): void {
    put("[data-said]", text);
  }
}

/** Puts words into a place; a place without words is not shown. */
function put(selector: string, words: string): void {
  const place = one(selector);
  if (!place) return;
  place.textContent = words;
  place.hidden = words === "";
}

function onSubmit(selector: string, then: (form: FormData) => unknown): void {
  one<HTMLFormElement>(selector)?.addEventListener("submit", (event) => {
    event.preventDefault();
    then(new FormData(event.target as HTMLFormElement));
  });
}

/** The instant a clock on the wall of `zone` shows `local` (`2027-03-04T11:30`). */
export function inZone(local: string, zone: string): Date {
  const guess = new Date(`${local}Z`);
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(guess);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "00";
  const seen = Date.parse(`${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}Z`);
  return new Date(guess.getTime() - (seen - guess.getTime()));
}
