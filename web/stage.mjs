// A demo of its own and browsers before it, for the walk and for pictures: free ports, data in a folder that goes away, and a
// list of everything a page complained of.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Chromium without its own errands, in the language of the shop. */
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--lang=zh-TW", "--accept-lang=zh-TW", "--hide-scrollbars",
];

/** The modifier of a key that is pressed with Shift. */
const SHIFT = 8;

export class Stage {
  folder = mkdtempSync(join(tmpdir(), "shuke-stage-"));
  /** What pages complained of: errors, and what their policies kept from loading. */
  complaints = [];
  browsers = [];

  /** Starts the demo, on free ports unless they are named, and waits until it says that it is ready. */
  async open(shuke, ports = {}) {
    this.service = ports.service ?? (await freePort());
    this.sandbox = ports.sandbox ?? (await freePort());
    // What names a real channel must not reach the demo; it would refuse to start.
    const clean = Object.entries(process.env).filter(([name]) => !/^(LINE_|LIFF_|DATABASE_URL|SHUKE_SECRET)/.test(name));
    this.env = Object.fromEntries(clean);
    this.data = join(this.folder, "demo");
    this.shuke = shuke;
    await this.start();
  }

  /** Starts the demo, again too: on the same ports and data. */
  async start() {
    const given = ["--data", this.data, "--port", String(this.service), "--sandbox-port", String(this.sandbox)];
    this.demo = spawn(this.shuke, ["demo", ...given], { cwd: root, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    this.demo.stderr.resume();
    this.desk = await greeting(this.demo);
  }

  /** Ends the demo as Ctrl-C does; what it ended with. */
  async interrupt() {
    const ended = new Promise((done) => this.demo.once("exit", (code, signal) => done(signal ?? code)));
    this.demo.kill("SIGINT");
    return ended;
  }

  /** A browser of its own: other cookies, other flags. */
  async browser(name, flags = []) {
    const browser = await puppeteer.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      userDataDir: join(this.folder, name),
      args: [...FLAGS, ...flags],
    });
    this.browsers.push(browser);
    return browser;
  }

  /** A page whose complaints are kept. */
  async page(browser, address, viewport) {
    const page = await browser.newPage();
    page.on("pageerror", (error) => this.complaints.push(`${page.url()}: ${error?.message ?? error}`));
    page.on("console", (message) => {
      const text = message.text();
      // An answer that is no success is an answer all the same, and a frame of another origin may not take the focus.
      const isNoFault = /the server responded with a status of|Blocked autofocusing/.test(text);
      if (message.type() === "error" && !isNoFault) this.complaints.push(`${page.url()}: ${text}`);
    });
    await page.setViewport(viewport);
    await page.emulateTimezone("Asia/Taipei");
    await page.goto(address, { waitUntil: "load" });
    return page;
  }

  /** Moves the sandbox's clock, and the service's with it. */
  async advance(seconds) {
    const answer = await fetch(`http://127.0.0.1:${this.sandbox}/clock`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ advance_s: seconds }),
    });
    if (!answer.ok) throw new Error(`the clock did not move: ${answer.status} ${await answer.text()}`);
  }

  /** Ends everything and forgets the data. */
  async close() {
    await Promise.all(this.browsers.map((browser) => browser.close()));
    if (this.demo && this.demo.exitCode === null) {
      const ended = new Promise((done) => this.demo.once("exit", done));
      this.demo.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A port nobody listens on. */
function freePort() {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** What the demo prints when it is ready: all of it, and in it the device's code, the clerk and the manager with their PINs. */
function greeting(demo) {
  return new Promise((done, failed) => {
    let said = "";
    demo.once("error", failed);
    demo.once("exit", (code) => failed(new Error(`the demo ended with ${code}:\n${said}`)));
    demo.stderr.on("data", (chunk) => (said += chunk));
    demo.stdout.on("data", (chunk) => {
      said += chunk;
      if (!said.includes("Ctrl-C stops")) return;
      const [, device] = /Device code\s+(\S+)/.exec(said) ?? [];
      const [, clerk, pin] = /Clerk, PIN\s+(\S+)\s+(\d+)/.exec(said) ?? [];
      const [, manager, managerPin] = /Manager, PIN\s+(\S+)\s+(\d+)/.exec(said) ?? [];
      done({ device, clerk, pin, manager, managerPin, said });
    });
  });
}

/** The document in a frame. */
export async function frameOf(page, selector) {
  const handle = await page.waitForSelector(selector);
  return handle.contentFrame();
}

/** Clicks the first that matches, or the last that says `words`. By script: a headless page may still be moving under the mouse. */
export async function click(page, selector, words = "") {
  await page.waitForFunction(
    (selector, words) => [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(words)),
    {},
    selector,
    words,
  );
  await page.evaluate(
    (selector, words) => {
      const all = [...document.querySelectorAll(selector)];
      (words ? all.findLast((each) => each.textContent.includes(words)) : all[0]).click();
    },
    selector,
    words,
  );
}

/** Waits until the page says this within what `selector` names. */
export async function says(page, selector, words) {
  try {
    await page.waitForFunction(
      (selector, words) => [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(words)),
      { timeout: 15_000 },
      selector,
      words,
    );
  } catch {
    const said = await page.$$eval(selector, (all) => all.map((each) => each.textContent.trim()).join(" | "));
    throw new Error(`${selector} does not say ${JSON.stringify(words)} but: ${said || "nothing"}`);
  }
}

/** Types a code that enrols the device, at a counter that belongs to no store yet. */
export async function enrol(desk, code) {
  await desk.waitForSelector("[name=code]");
  await desk.type("[name=code]", code);
  await Promise.all([desk.waitForNavigation(), click(desk, "button[type=submit]")]);
}

/** Chooses somebody at the counter and presses the keys of the pad. */
export async function enterPin(desk, who, pin) {
  await desk.waitForSelector("form.pin [data-pad]:not([hidden])");
  await click(desk, "label.colleague", who);
  for (const digit of pin) await click(desk, `[data-digit="${digit}"]`);
  await Promise.all([desk.waitForNavigation(), click(desk, "[data-pad] button[type=submit]")]);
}

/** The same with the right PIN. */
export async function signIn(desk, who, pin) {
  await enterPin(desk, who, pin);
  await desk.waitForSelector("[data-camera]");
}

/** Presses 給櫃台掃 over the page that lies on a phone, once it has drawn `shown`: its code is held before the scanner of the counter beside it. */
export async function holdOut(page, phone, shown = "[data-pass] .qr-dark") {
  const sheet = `.phone:nth-child(${phone}) [data-sheet]`;
  const liff = await frameOf(page, `${sheet} iframe`);
  await liff.waitForSelector(shown);
  // It tells its code once its script has run.
  await liff.waitForFunction(() => document.readyState === "complete");
  await click(page, `${sheet} [data-sheet-scan]`);
}

/** A scanner gun is a keyboard that types fast and ends with Enter. The keys are sent without waiting for each: a busy machine must not make it slow. */
export async function gun(desk, code) {
  const keyboard = await desk.createCDPSession();
  const press = (key, name, number, modifiers = 0) => {
    const what = { key, code: name, windowsVirtualKeyCode: number, modifiers };
    const text = key === "Enter" ? "\r" : key;
    return [keyboard.send("Input.dispatchKeyEvent", { type: "keyDown", text, ...what }), keyboard.send("Input.dispatchKeyEvent", { type: "keyUp", ...what })];
  };
  const keys = [...code].flatMap((letter) => {
    if (letter === ":") return press(letter, "Semicolon", 186, SHIFT);
    return /\d/.test(letter) ? press(letter, `Digit${letter}`, letter.charCodeAt(0)) : press(letter, `Key${letter}`, letter.charCodeAt(0), SHIFT);
  });
  await Promise.all([...keys, ...press("Enter", "Enter", 13)]);
  await keyboard.detach();
}

/** Does `act` while the service gets what is sent to `path` and its answer is lost. */
export async function lose(page, path, act) {
  await page.setRequestInterception(true);
  const lost = new Promise((done, failed) => {
    const hear = (request) => {
      if (!request.url().endsWith(path)) return void request.continue();
      page.off("request", hear);
      arrive(page, request).then(() => request.abort("connectionreset")).then(done, failed);
    };
    page.on("request", hear);
  });
  await act();
  await lost;
  await page.setRequestInterception(false);
}

async function arrive(page, request) {
  const cookies = await page.browserContext().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const address = request.url().replace("shuke.localhost", "127.0.0.1");
  const answer = await fetch(address, { method: "POST", headers: { ...request.headers(), cookie }, body: request.postData() });
  if (!answer.ok) throw new Error(`${request.url()} answered ${answer.status}`);
}
