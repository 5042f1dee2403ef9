// The sandbox as its page sees it: people act, dials are turned, parts are asked for again.

/** A person and how she stands to the account. */
export interface Person {
  id: string;
  name: string;
  friendship: "stranger" | "following" | "blocked";
  picture: string;
}

/** One thing in a chat, drawn by the server. */
export interface Item {
  key: string;
  html: string;
}

/** What is new on a phone. */
export interface Chat {
  next: number;
  /** The day it is where the shop is. */
  day: string;
  person: Person;
  items: Item[];
  quick: string;
}

/** What came back from the service; nothing when an event was held or had nowhere to go. */
export type Outcome = { status: number } | "could_not_connect" | "request_timeout" | "unclassified" | null;

/** A LIFF page as the phone opens it. */
export interface LiffPage {
  url: string;
  frame_name: string;
}

/** What came of an act. */
export interface Happened {
  outcome: Outcome;
  opens?: { liff?: LiffPage; link?: string; keyboard?: string };
}

/** The sandbox said no, with a code. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const answer = await fetch(path, { cache: "no-store", ...init });
  const text = await answer.text();
  if (!answer.ok) {
    let problem: { code?: string; detail?: string } = {};
    try {
      problem = JSON.parse(text) as typeof problem;
    } catch {
      // Not every refusal is ours; the status says enough then.
    }
    throw new Refused(problem.code ?? String(answer.status), problem.detail ?? answer.statusText);
  }
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return (isJson ? JSON.parse(text) : text) as T;
}

/** Reads a part in the page's language. */
export function read<T>(path: string): Promise<T> {
  const mark = path.includes("?") ? "&" : "?";
  return ask<T>(`${path}${mark}lang=${document.documentElement.lang}`, {});
}

/** Does something. */
export function act<T>(path: string, body: unknown = {}): Promise<T> {
  return ask<T>(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

/** Takes something away. */
export function clear(path: string): Promise<unknown> {
  return ask(path, { method: "DELETE" });
}

let sentences: Record<string, string> | undefined;

/** One of the sentences the page says by itself. */
export function say(key: string): string {
  sentences ??= JSON.parse(document.body.dataset["words"] ?? "{}") as Record<string, string>;
  return sentences[key] ?? key;
}

/** What to tell of an outcome; nothing when all went well. */
export function complaint(outcome: Outcome): string {
  if (outcome === null) return "";
  if (typeof outcome === "object") return outcome.status < 300 ? "" : `${say("status")} ${outcome.status}`;
  return outcome === "request_timeout" ? say("slow") : say("unreached");
}

/** What to tell of an error. */
export function excuse(error: unknown): string {
  if (!(error instanceof Refused)) return say("lost");
  const known = ["not_now", "no_action", "no_such_user", "blocked"];
  return known.includes(error.code) ? say(error.code.replaceAll("_", "-")) : error.message;
}
