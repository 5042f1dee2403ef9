// Takes the pictures of the README: starts `shuke demo` on data of its own, walks through it in a browser as a customer and a
// clerk, and writes docs/screens/*.png. `make screens`; SHUKE names another binary, CHROMIUM another browser.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const shuke = process.env.SHUKE ?? join(root, "target/release/shuke");
const out = process.env.OUT ?? join(root, "docs/screens");
const [service, sandbox] = ["18180", "18190"];
/** A picture in a README is looked at, not printed. */
const HEAVIEST = 200_000;

const folder = mkdtempSync(join(tmpdir(), "shuke-screens-"));
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LINE_|LIFF_|DATABASE_URL|SHUKE_SECRET)/.test(name)));
const demo = spawn(shuke, ["demo", "--data", join(folder, "demo"), "--port", service, "--sandbox-port", sandbox], {
  cwd: root,
  env: clean,
  stdio: ["ignore", "pipe", "inherit"],
});
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  userDataDir: join(folder, "browser"),
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=zh-TW", "--hide-scrollbars",
  ],
});
try {
  mkdirSync(out, { recursive: true });
  await walk(await greeting());
} finally {
  await browser.close();
  demo.kill("SIGTERM");
  await new Promise((done) => (demo.exitCode === null ? demo.once("exit", done) : done()));
  rmSync(folder, { recursive: true, force: true });
}
const heavy = readdirSync(out).filter((name) => statSync(join(out, name)).size > HEAVIEST);
if (heavy.length > 0) throw new Error(`heavier than ${HEAVIEST} bytes: ${heavy.join(", ")}`);

/** What the demo prints when it is ready: the device's code, the clerk and the PIN. */
function greeting() {
  return new Promise((done, failed) => {
    let said = "";
    demo.once("exit", (code) => failed(new Error(`the demo ended with ${code}:\n${said}`)));
    demo.stdout.on("data", (chunk) => {
      said += chunk;
      if (!said.includes("Ctrl-C stops")) return;
      const [, device] = /Device code\s+(\S+)/.exec(said) ?? [];
      const [, clerk, pin] = /Clerk, PIN\s+(\S+)\s+(\d+)/.exec(said) ?? [];
      done({ device, clerk, pin });
    });
  });
}

async function walk({ device, clerk, pin }) {
  const page = await open(`http://shuke.localhost:${sandbox}/?lang=zh-Hant`, { width: 1280, height: 800, deviceScaleFactor: 1.5 });
  const desk = await frameOf(page, "[data-desk]");
  await signIn(desk, device, clerk, pin);

  await join_(page, 1);
  await tap(page, "[data-strip] button:nth-of-type(3)", 1, "集點卡");
  await join_(page, 2);
  await scan(page, desk);
  await give(desk, 6);
  await advance(page);
  await tap(page, "[data-strip] button:nth-of-type(3)", 1, "集點卡");
  await scan(page, desk);
  await desk.click("[data-more]");
  await settle(page);
  await shoot(page, "sandbox");

  await give(desk, 4);
  const [liff] = page.frames().filter((frame) => frame.url().includes("/m/"));
  const member = new URL(liff.url()).origin;
  const number = await liff.$eval(".pass-number b", (words) => words.textContent);
  const counter = await open(`http://shuke.localhost:${service}/counter/`, { width: 390, height: 780, deviceScaleFactor: 2 });
  await counter.type("#typed", number.replaceAll(" ", ""));
  await counter.click(".typed button");
  await counter.waitForSelector("#sheet [data-sheet]");
  await shoot(counter, "counter");
  await shoot(await open(`${member}/m/`, { width: 390, height: 780, deviceScaleFactor: 2 }), "pass");
  await shoot(await open(`${member}/m/stamps`, { width: 390, height: 780, deviceScaleFactor: 2 }), "stamps");
  await shoot(await open(`${member}/m/vouchers`, { width: 390, height: 780, deviceScaleFactor: 2 }), "vouchers");
  await plan();
}

/** A page that complains of what goes wrong in it. */
async function open(address, viewport) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`${address}: ${error.message}`));
  await page.setViewport(viewport);
  await page.emulateTimezone("Asia/Taipei");
  await page.goto(address, { waitUntil: "load" });
  await settle(page);
  return page;
}

async function frameOf(page, selector) {
  const handle = await page.waitForSelector(selector);
  return handle.contentFrame();
}

async function signIn(desk, device, clerk, pin) {
  await desk.waitForSelector("[name=code]");
  await desk.type("[name=code]", device);
  await Promise.all([desk.waitForNavigation(), desk.click("button[type=submit]")]);
  await desk.evaluate((name) => {
    for (const label of document.querySelectorAll("label.colleague")) if (label.textContent.includes(name)) label.click();
  }, clerk);
  await desk.type("[name=pin]", pin);
  await Promise.all([desk.waitForNavigation(), desk.evaluate(() => document.querySelector("form.pin").requestSubmit())]);
  await desk.waitForSelector("[data-camera]");
}

/** A stranger adds the account and takes the card. */
async function join_(page, phone) {
  await click(page, `.phone:nth-child(${phone}) [data-follow]`);
  await page.waitForSelector(`.phone:nth-child(${phone}) .quick [data-action]`);
  await tap(page, ".quick [data-action]", phone, "領取會員卡");
}

/** Taps something on a phone and waits for the answer. */
async function tap(page, selector, phone, said) {
  const count = () => page.$$eval(`.phone:nth-child(${phone}) .theirs`, (all) => all.length);
  const before = await count();
  await click(page, `.phone:nth-child(${phone}) ${selector}`);
  await page.waitForFunction(
    (phone, before) => document.querySelectorAll(`.phone:nth-child(${phone}) .theirs`).length > before,
    { timeout: 10_000 },
    phone,
    before,
  ).catch(() => { throw new Error(`no answer to ${said}`); });
}

/** Opens the pass on the second phone, where it is not open yet, and holds it before the counter's scanner. */
async function scan(page, desk) {
  const sheet = ".phone:nth-child(2) [data-sheet]";
  if (await page.$eval(sheet, (each) => each.hidden)) await click(page, ".phone:nth-child(2) [data-strip] button:nth-of-type(2)");
  const liff = await frameOf(page, `${sheet} iframe`);
  await liff.waitForSelector("[data-pass] .qr-dark");
  await settle(page);
  await click(page, ".phone:nth-child(2) [data-sheet-scan]");
  await desk.waitForSelector("#sheet[open] [data-sheet]");
}

async function give(desk, amount) {
  await desk.$eval("[data-amount]", (field, amount) => {
    field.value = amount;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }, amount);
  await desk.click("[data-give]");
  await desk.waitForSelector("#result .band[data-tone=done]");
}

async function advance(page) {
  await click(page, "[data-advance='600']");
  await page.waitForSelector("[data-offset]:not([hidden])");
}

/** By script: a headless page on a busy machine may still be moving under the mouse. */
async function click(page, selector) {
  await page.waitForSelector(selector);
  await page.$eval(selector, (each) => each.click());
}

/** Lets streams speak, fonts load and sheets slide. */
async function settle(page) {
  await page.evaluate(() => document.fonts.ready);
  await new Promise((done) => setTimeout(done, 800));
}

async function shoot(page, name) {
  await page.screenshot({ path: join(out, `${name}.png`) });
  console.log(`${name}.png ${statSync(join(out, `${name}.png`)).size} bytes`);
}

/** The plan of the sample push, as a terminal shows it. */
async function plan() {
  const env = join(folder, "demo/shuke.env");
  const said = execFileSync(shuke, ["--env-file", env, "plan", "winback"], { cwd: root, env: clean, encoding: "utf8" });
  const page = await browser.newPage();
  await page.setViewport({ width: 900, height: 400, deviceScaleFactor: 1.5 });
  await page.setContent("<main><pre></pre></main>");
  await page.addStyleTag({
    content: `body { margin: 0; background: #191613; color: #f2ece4 }
      pre { margin: 0; padding: 24px; font: 14px/1.5 "Noto Sans Mono CJK TC", monospace; white-space: pre-wrap }
      pre::first-line { color: #e5675c }`,
  });
  await page.$eval("pre", (pre, text) => { pre.textContent = text; }, `$ shuke plan winback\n${said}`);
  const height = await page.$eval("main", (main) => Math.ceil(main.getBoundingClientRect().height));
  await page.setViewport({ width: 900, height, deviceScaleFactor: 1.5 });
  await shoot(page, "plan");
}
