// One reading, one act: the key that makes it so is made here, at the scan.

/** The same code within this time is one act, in milliseconds. */
const SAME = 3000;

export type Method = "camera" | "gun" | "typed";

/** A fresh key. Random ids need a secure page in browsers; random numbers do not. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Whose code it is: the part of a pass that does not turn. */
function whose(text: string): string {
  return text.split(":").slice(0, 2).join(":");
}

/** Remembers what was read last. */
export class Once {
  private last = "";
  private at = -Infinity;

  /** What was read last came to nothing: it is new again. */
  forget(): void {
    this.last = "";
    this.at = -Infinity;
  }

  /**
   * Whether this reading is a new one. A phone that stays before the camera is read many times a second, and its code turns
   * every 30 s: it counts as new only after it was away for three seconds.
   */
  isNew(text: string, method: Method, now: number): boolean {
    const name = method === "camera" ? whose(text) : text;
    const isSame = name === this.last || (method !== "camera" && whose(text) === this.last && text !== this.last && now - this.at < SAME);
    const isNew = !isSame || now - this.at >= SAME;
    if (isNew || method === "camera") this.at = now;
    if (isNew) this.last = name;
    return isNew;
  }
}
