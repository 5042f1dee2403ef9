// Holds a phone's code before the counter's scanner: both are frames of this page, and no camera sees its own screen.

import { say } from "./box";
import { codeReader } from "./camera";
import { one } from "./page";

/** A code as the member's page draws it. */
export interface DrawnCode {
  view: string;
  path: string;
}

/** Pixels a module: plenty for any reader. */
const SCALE = 8;
/** The counter answers at once, or nobody is signed in there. */
const PATIENCE = 1500;

/** Reads the code and gives its text to the counter; tells what to say to the person at the mouse, or nothing. */
export async function holdBeforeScanner(code: DrawnCode | null): Promise<string> {
  const desk = one<HTMLIFrameElement>("[data-desk]");
  if (!code) return say("no-code");
  const [found] = await (await codeReader()).detect(picture(code));
  if (!found || !desk?.contentWindow) return say("no-code");
  const counter = desk.contentWindow;
  const heard = new Promise<string>((done) => {
    const stop = new AbortController();
    const over = (words: string) => {
      stop.abort();
      done(words);
    };
    const answered = () => {
      lookThere();
      over("");
    };
    addEventListener("message", (event) => event.source === counter && answered(), { signal: stop.signal });
    setTimeout(() => over(say("desk-shut")), PATIENCE);
  });
  counter.postMessage({ from: "phone", code: found.rawValue }, new URL(desk.src).origin);
  return heard;
}

/** On a narrow screen, where one thing is looked at at a time, that is the counter now. */
function lookThere(): void {
  const tab = one("button[data-show=desk]");
  if (tab && tab.getClientRects().length > 0) tab.click();
}

/** The code in black on white. */
function picture({ view, path }: DrawnCode): HTMLCanvasElement {
  const [left = 0, top = 0, width = 0, height = 0] = view.split(" ").map(Number);
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const pen = canvas.getContext("2d");
  if (pen) {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(SCALE, 0, 0, SCALE, -left * SCALE, -top * SCALE);
    pen.fillStyle = "#000";
    pen.fill(new Path2D(path));
  }
  return canvas;
}
