// Takes the pictures of the README: starts `shuke demo` on data of its own, walks through it in a browser as a customer and a
// clerk, and writes docs/screens/*.png. `make screens`, or `node screens.mjs sandbox pass` for some; SHUKE names another binary,
// CHROMIUM another browser.

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { squeeze } from "./png.mjs";
import { Stage, click, enrol, frameOf, holdOut, root, signIn } from "./stage.mjs";

const shuke = process.env.SHUKE ?? join(root, "target/debug/shuke");
const out = process.env.OUT ?? join(root, "docs/screens");
/** Names of pictures; none takes all. */
const only = process.argv.slice(2);
/** A picture in a README is looked at, not printed. */
const HEAVIEST = 200_000;

const stage = new Stage();
let browser;
try {
  mkdirSync(out, { recursive: true });
  await stage.open(shuke);
  browser = await stage.browser("browser");
  await walk(stage.desk);
} catch (error) {
  const seen = join(tmpdir(), "shuke-screens-failed.png");
  await (await browser?.pages())?.at(-1)?.screenshot({ path: seen });
  console.error(`what was seen last: ${seen}`);
  throw error;
} finally {
  await stage.close();
  for (const complaint of new Set(stage.complaints)) console.error(complaint);
}
const heavy = readdirSync(out).filter((name) => statSync(join(out, name)).size > HEAVIEST);
if (heavy.length > 0) throw new Error(`heavier than ${HEAVIEST} bytes: ${heavy.join(", ")}`);

async function walk({ device, clerk, pin }) {
  const page = await open(`http://shuke.localhost:${stage.sandbox}/?lang=zh-Hant`, { width: 1280, height: 800, deviceScaleFactor: 1.5 });
  const desk = await frameOf(page, "[data-desk]");
  await enrol(desk, device);
  await signIn(desk, clerk, pin);

  await joins(page, 1);
  const member = new URL((await scan(page, desk, 1)).url()).origin;
  await give(desk, 7);
  await click(page, ".phone:nth-child(1) [data-sheet-close]");
  await tap(page, 1, "[data-strip] button:nth-of-type(3)");
  await joins(page, 2);
  await scan(page, desk, 2);
  await click(desk, "[data-more]");
  await shoot(page, "sandbox");

  await shootOnPhone(`${member}/m/stamps`, "stamps", page);
  await give(desk, 2);
  await advance(page);
  await signInAgain(desk, clerk, pin);
  await scan(page, desk, 1);
  await give(desk, 4);
  await shootOnPhone(`${member}/m/`, "pass", page);

  await advance(page);
  await signInAgain(desk, clerk, pin);
  const heard = desk.evaluate(() => new Promise((done) => addEventListener("message", (event) => event.data?.code && done(event.data.code))));
  await scan(page, desk, 1);
  await shootOnPhone(`http://shuke.localhost:${stage.service}/counter/`, "counter", page, await heard);
  await plan();
}

async function open(address, viewport) {
  const page = await stage.page(browser, address, viewport);
  await settle(page);
  return page;
}

/** A clerk who did nothing for ten minutes is asked for the PIN again. */
async function signInAgain(desk, clerk, pin) {
  await Promise.all([desk.waitForNavigation(), desk.evaluate(() => location.reload())]);
  await signIn(desk, clerk, pin);
}

/** A stranger adds the account and takes the card. */
async function joins(page, phone) {
  await click(page, `.phone:nth-child(${phone}) [data-follow]`);
  await page.waitForSelector(`.phone:nth-child(${phone}) .quick [data-action]`);
  await tap(page, phone, ".quick [data-action]");
}

/** Taps something on a phone and waits for the answer. */
async function tap(page, phone, selector) {
  const count = () => page.$$eval(`.phone:nth-child(${phone}) .theirs`, (all) => all.length);
  const before = await count();
  await click(page, `.phone:nth-child(${phone}) ${selector}`);
  await page.waitForFunction(
    (phone, before) => document.querySelectorAll(`.phone:nth-child(${phone}) .theirs`).length > before,
    { timeout: 10_000 },
    phone,
    before,
  );
}

/** Opens the pass on a phone, where it is not open yet, and holds it before the counter's scanner; gives its frame. */
async function scan(page, desk, phone) {
  const at = `.phone:nth-child(${phone})`;
  const sheet = `${at} [data-sheet]`;
  if (await page.$eval(sheet, (each) => each.hidden)) await click(page, `${at} [data-strip] button:nth-of-type(2)`);
  await settle(page);
  await holdOut(page, phone);
  await desk.waitForSelector("#sheet[open] [data-sheet]");
  return frameOf(page, `${sheet} iframe`);
}

async function give(desk, amount) {
  await desk.$eval("[data-amount]", (field, amount) => {
    field.value = amount;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }, amount);
  await click(desk, "[data-give]");
  await desk.waitForSelector("#result .band[data-tone=done]");
}

/** Ten minutes pass: the next visit may be stamped. */
async function advance(page) {
  const said = () => page.$eval("[data-offset]", (words) => words.textContent);
  const before = await said();
  await click(page, "[data-advance='600']");
  await page.waitForFunction((before) => document.querySelector("[data-offset]").textContent !== before, {}, before);
}

/** Lets streams speak, fonts load and sheets slide. */
async function settle(page) {
  await page.evaluate(() => document.fonts.ready);
  await new Promise((done) => setTimeout(done, 800));
}

async function shoot(page, name) {
  if (only.length > 0 && !only.includes(name)) return;
  await settle(page);
  const small = squeeze(Buffer.from(await page.screenshot()));
  writeFileSync(join(out, `${name}.png`), small);
  console.log(`${name}.png ${small.length} bytes`);
}

/** A page by itself at the size of a phone, after a scanner gun has typed `code` into it; the walk then goes on in front. */
async function shootOnPhone(address, name, walking, code) {
  const page = await open(address, { width: 390, height: 780, deviceScaleFactor: 2 });
  if (code) {
    await page.keyboard.type(code);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#sheet[open] [data-sheet]");
  }
  await shoot(page, name);
  await page.close();
  await walking.bringToFront();
}

/** The plan of the sample push, as a terminal shows it. */
async function plan() {
  if (only.length > 0 && !only.includes("plan")) return;
  const env = join(stage.data, "shuke.env");
  const printed = execFileSync(shuke, ["--env-file", env, "plan", "winback"], { cwd: root, env: stage.env, encoding: "utf8" });
  // As it reads where the settings stand in .env, not in a folder of today's.
  const said = printed.replace(/\S*shuke --env-file \S+/g, "shuke");
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
