// A scanner gun is a keyboard that types faster than people. The physical key (`event.code`) is read, not the letter: with a
// Chinese or Japanese input method on, the letters are no longer what the gun sent.

/** What is needed of a keyboard event. */
export interface Key {
  code: string;
  key: string;
  shiftKey: boolean;
  isComposing: boolean;
  /** Milliseconds. */
  timeStamp: number;
}

export type Heard =
  /** Somebody types; leave it alone. */
  | { kind: "human" }
  /** A gun is typing: keep these keys away from the page. */
  | { kind: "gun" }
  /** A gun has finished. */
  | { kind: "read"; text: string }
  /** Enter came after letters that were too slow for a gun; `gap` is their mean distance in milliseconds. */
  | { kind: "slow"; text: string; gap: number };

/** A longer pause starts anew, in milliseconds. */
const PAUSE = 120;
/** Mean distance of a gun's letters at most, in milliseconds (people are slower than about 30). */
const RHYTHM = 35;
/** So few letters are no code. */
const SHORTEST = 6;

const SHIFTED: Record<string, string> = { Digit4: "$", Digit5: "%", Digit8: "*", Equal: "+", Semicolon: ":" };
const PLAIN: Record<string, string> = {
  Minus: "-", Period: ".", Slash: "/", Space: " ", NumpadDecimal: ".", NumpadDivide: "/", NumpadMultiply: "*", NumpadSubtract: "-", NumpadAdd: "+",
};

/** The letter of a code that a key stands for; empty for keys that are none. */
export function letter(key: Key): string {
  const match = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(key.code);
  if (match?.[1]) return match[1];
  if (key.shiftKey && SHIFTED[key.code]) return SHIFTED[key.code] ?? "";
  // A Japanese keyboard has the colon on a key of its own.
  if (key.key === ":") return ":";
  if (match?.[2]) return key.shiftKey ? "" : match[2];
  if (PLAIN[key.code]) return PLAIN[key.code] ?? "";
  // Some guns on phones send no physical key at all.
  if ((key.code === "" || key.code === "Unidentified") && /^[\x20-\x7e]$/.test(key.key)) return key.key.toUpperCase();
  return "";
}

/** Listens to keys one by one. */
export class Gun {
  private text = "";
  private first = 0;
  private last = 0;

  /** Tells what a key means. */
  hear(key: Key): Heard {
    if (key.isComposing) return this.forget();
    if (key.timeStamp - this.last > PAUSE) this.forget();
    if (key.code === "Enter" || key.code === "NumpadEnter" || key.key === "Enter") return this.end();
    if (key.key === "Shift" || key.code === "F8" || (key.code === "Backquote" && this.text === "")) {
      return this.text === "" ? { kind: "human" } : { kind: "gun" };
    }
    const said = letter(key);
    if (said === "") return this.forget();
    if (this.text === "") this.first = key.timeStamp;
    this.text += said;
    this.last = key.timeStamp;
    return this.text.length > 2 && this.gap() <= RHYTHM ? { kind: "gun" } : { kind: "human" };
  }

  /** How many letters stand in the present burst. */
  get length(): number {
    return this.text.length;
  }

  private gap(): number {
    return this.text.length < 2 ? Infinity : (this.last - this.first) / (this.text.length - 1);
  }

  private end(): Heard {
    const { text } = this;
    const gap = this.gap();
    this.forget();
    if (text.length < SHORTEST) return { kind: "human" };
    return gap <= RHYTHM ? { kind: "read", text } : { kind: "slow", text, gap };
  }

  private forget(): Heard {
    this.text = "";
    this.first = 0;
    this.last = 0;
    return { kind: "human" };
  }
}

/** Listens on the whole page. What the gun typed into a field is taken out again, and its Enter presses no button. */
export function startGun(read: (text: string) => void): void {
  const gun = new Gun();
  let field: HTMLInputElement | undefined;
  let before = "";
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (gun.length === 0) {
        field = document.activeElement instanceof HTMLInputElement ? document.activeElement : undefined;
        before = field?.value ?? "";
      }
      const heard = gun.hear(event);
      if (heard.kind === "human" || heard.kind === "slow") return;
      event.preventDefault();
      event.stopPropagation();
      if (heard.kind !== "read") return;
      if (field) field.value = before;
      read(heard.text);
    },
    { capture: true },
  );
}
