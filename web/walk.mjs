// The browser walk: a phone joins, its pass is read by a camera and by a scanner gun, ten stamps become a voucher, the voucher is
// taken once, and a second start finds everything. `node walk.mjs` after `cargo build`; SHUKE names another binary, CHROMIUM
// another browser. Pictures of each step go to target/screens/ to be looked at.

import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { film, modules, text } from "./code.mjs";
import { Stage, click, enrol, enterPin, frameOf, gun, holdOut, lose, root, says, signIn } from "./stage.mjs";

const screens = join(root, "target/screens");
mkdirSync(screens, { recursive: true });
const stage = new Stage();
const camera = join(stage.folder, "camera.y4m");
const began = Date.now();
let step = "the demo starts";

try {
  await stage.open(process.env.SHUKE ?? join(root, "target/debug/shuke"));
  await walk();
  if (stage.complaints.length > 0) throw new Error(`pages complained:\n${[...new Set(stage.complaints)].join("\n")}`);
  console.log(`the browser walk took ${Math.round((Date.now() - began) / 1000)} s; pictures in target/screens/`);
} catch (error) {
  for (const [i, browser] of stage.browsers.entries()) {
    const pages = await browser.pages();
    await pages.at(-1)?.screenshot({ path: join(screens, `failed-${i}.png`) }).catch(() => {});
  }
  console.error(`the browser walk failed while ${step}`);
  for (const complaint of new Set(stage.complaints)) console.error(complaint);
  console.error(error);
  process.exitCode = 1;
} finally {
  await stage.close();
}

async function walk() {
  await greeted();
  const { clerk, pin, manager, managerPin } = stage.desk;
  const phones = await stage.browser("phones");
  const street = await stage.page(phones, `http://shuke.localhost:${stage.sandbox}/?lang=zh-Hant`, { width: 1280, height: 800 });

  step = "a stranger adds the account and takes her card";
  await click(street, ".phone:nth-child(1) [data-follow]");
  await click(street, ".phone:nth-child(1) .quick [data-action]", "領取會員卡");
  await says(street, ".phone:nth-child(1) [data-chat]", "會員");
  await shoot(street, "01-joined");

  step = "she opens her pass";
  await click(street, ".phone:nth-child(1) [data-strip] button", "會員條碼");
  const pass = await frameOf(street, ".phone:nth-child(1) [data-sheet] iframe");
  await pass.waitForSelector("[data-pass] .qr-dark");
  await says(pass, "#live", "0／10");
  const mine = new URL(pass.url()).origin;
  await shoot(street, "02-pass");

  step = "the counter's device is enrolled";
  writeFileSync(camera, film());
  const till = await stage.browser("till", [
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${camera}`,
  ]);
  const desk = await stage.page(till, `http://shuke.localhost:${stage.service}/counter/`, { width: 430, height: 860, deviceScaleFactor: 2 });
  await enrol(desk, "3467-9ACD");
  await says(desk, ".fault", "沒有這個裝置碼");
  await shoot(desk, "03-enrol");
  const typed = await desk.$eval("[name=code]", (field) => field.value);
  if (typed !== "3467-9ACD") throw new Error(`the refused code is no longer in its field, but ${JSON.stringify(typed)}`);
  await enrol(desk, stage.desk.device);

  step = "the clerk types a wrong PIN, and then hers";
  await enterPin(desk, clerk, pin === "9264" ? "9265" : "9264");
  await says(desk, ".fault", "還可以試 4 次");
  await shoot(desk, "04-pin");
  // Back is no form that the browser would ask about.
  await desk.goBack();
  await desk.waitForSelector("form.pin");
  await signIn(desk, clerk, pin);
  await shoot(desk, "05-desk");

  step = "the camera reads the pass";
  hold(await shown(pass, "[data-pass]"));
  await click(desk, "[data-camera-start]");
  await says(desk, "#sheet .outcome", "＋1 點 → 1／10");
  await shoot(desk, "06-sheet");

  step = "one stamp is given, taken back, and given again";
  await click(desk, "[data-give]");
  await says(desk, "#result .band", "已蓋 1 點・1／10");
  await says(pass, "#live", "1／10");
  await shoot(desk, "07-stamped");
  await click(desk, "#result [data-undo] button");
  await says(desk, "#result .band", "已復原");
  await says(pass, "#live", "0／10");
  await shoot(desk, "08-undone");
  // The phone still lies before the camera: it is no new reading until it was away.
  await away();
  hold(await shown(pass, "[data-pass]"));
  await says(desk, "#sheet .outcome", "＋1 點 → 1／10");
  await click(desk, "[data-give]");
  await says(desk, "#result .band", "已蓋 1 點・1／10");

  step = "the gun reads it too soon";
  await away();
  await gun(desk, await text(await shown(pass, "[data-pass]")));
  await says(desk, "#sheet .not-now", "後才能再蓋");
  await shoot(desk, "09-too-soon");
  await click(desk, "[data-close]");

  step = "ten minutes later the gun reads it again and the card fills";
  const old = await text(await shown(pass, "[data-pass]"));
  await stage.advance(600);
  await away();
  await gun(desk, old);
  await says(desk, ".locked", "已登出。登入後請再掃一次");
  await signIn(desk, clerk, pin);
  await gun(desk, await fresh(pass, old));
  await says(desk, "#sheet .outcome", "＋1 點 → 2／10");
  for (let i = 1; i < 9; i++) await click(desk, "[data-more]");
  await says(desk, "#sheet .outcome", "集滿了：送拿鐵兌換券");
  await shoot(desk, "10-full");
  await click(desk, "[data-give]");
  await says(desk, "#result .band", "已蓋 9 點，集滿送拿鐵兌換券");
  await shoot(desk, "11-filled");

  step = "an answer to a stamp is lost, and the list of the last acts tells";
  const before = await text(await shown(pass, "[data-pass]"));
  await stage.advance(3600);
  await desk.reload();
  await signIn(desk, clerk, pin);
  await gun(desk, await fresh(pass, before));
  await says(desk, "#sheet .outcome", "＋1 點");
  await desk.$eval("[data-amount]", (field) => {
    field.value = "3";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await says(desk, "[data-give]", "蓋 3 點");
  await lose(desk, "/stamp", () => click(desk, "[data-give]"));
  await says(desk, "#sheet .band", "請再按一次");
  await shoot(desk, "12-unsure");
  await click(desk, "[data-close]");
  await says(desk, "#acts", "蓋 3 點");

  step = "a reading without a network is said to be none";
  await desk.setOfflineMode(true);
  await desk.type("#typed", "4602 7715", { delay: 60 });
  await click(desk, ".typed button");
  await says(desk, "#result .band", "還沒有蓋章");
  await shoot(desk, "12-unread");
  await desk.setOfflineMode(false);
  await desk.waitForFunction(() => !document.querySelector("#result .band"));
  forgive();

  step = "the desk locks by itself with a sheet open";
  await away();
  await gun(desk, await text(await shown(pass, "[data-pass]")));
  await says(desk, "#sheet h2", "＊");
  await desk.evaluate(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 121_000;
  });
  await says(desk, ".locked", "已登出");
  await shoot(desk, "12-locked");
  await signIn(desk, clerk, pin);

  step = "the voucher appears on her phone by itself";
  await says(pass, "#live", "拿鐵兌換券");
  const phone = await stage.page(phones, `${mine}/m/`, { width: 390, height: 780, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await phone.waitForSelector("[data-pass] .qr-dark");
  await shoot(phone, "12-card");
  await click(phone, ".links a", "集點卡");
  await says(phone, ".history", "蓋了 9 點，獲得拿鐵兌換券");
  await shoot(phone, "13-stamps");
  await click(phone, ".links a", "優惠券");
  await says(phone, ".tickets", "拿鐵兌換券");
  await shoot(phone, "14-vouchers");
  await click(phone, ".ticket-use");
  await phone.waitForSelector(".voucher-code .qr-dark");
  await shoot(phone, "15-voucher");
  const voucher = await text(await shown(phone, ".voucher-code"));

  step = "the voucher's code stays on the screen without a network";
  await phone.setOfflineMode(true);
  await says(phone, "#offline:not([hidden])", "目前沒有網路");
  for (const way of [".back", "#offline [data-retry]"]) {
    await click(phone, way);
    await new Promise((done) => setTimeout(done, 300));
    if ((await text(await shown(phone, ".voucher-code"))) !== voucher) throw new Error(`${way} took the code away`);
  }
  await shoot(phone, "15-offline");
  await phone.setOfflineMode(false);
  await Promise.all([phone.waitForNavigation(), click(phone, "#offline [data-retry]")]);
  await phone.waitForSelector(".voucher-code .qr-dark");
  forgive();

  step = "the voucher is taken, and refused the second time";
  await gun(desk, voucher);
  await says(desk, "#sheet .redeemable", "拿鐵兌換券");
  await shoot(desk, "16-voucher-read");
  await click(desk, "#sheet .redeemable button", "兌換");
  await says(desk, "#result .band", "已兌換「拿鐵兌換券」");
  await shoot(desk, "17-redeemed");
  await says(phone, "#live", "已使用");
  await shoot(phone, "18-used");
  await away();
  await gun(desk, voucher);
  await says(desk, "#result .band", "已在中山店使用");
  await says(desk, "#result .band", clerk);
  await shoot(desk, "19-refused");

  step = "a number is typed by hand";
  await phone.goto(`${mine}/m/me`);
  const number = await phone.$eval(".facts .digits", (each) => each.textContent);
  await shoot(phone, "20-me");
  // As fast as a person: what is faster counts as a gun.
  await desk.type("#typed", number, { delay: 60 });
  await click(desk, ".typed button");
  await says(desk, "#sheet .notes", "手動輸入號碼");
  await shoot(desk, "21-typed");

  await click(desk, "[data-close]");

  step = "the manager takes the voucher's use back, and says why";
  await Promise.all([desk.waitForNavigation(), click(desk, "form[action$='/sign-out'] button")]);
  await desk.goBack({ waitUntil: [] });
  await desk.waitForSelector("form.pin [data-pad]:not([hidden])");
  if (await desk.$("[data-camera]")) throw new Error("Back shows the desk of who signed out");
  await signIn(desk, manager, managerPin);
  await desk.goBack({ waitUntil: [] });
  await desk.waitForSelector("form.pin [data-pad]:not([hidden])");
  const left = await desk.$eval("[name=pin]", (field) => field.value);
  if (left !== "") throw new Error("Back shows the PIN that was typed");
  await desk.goForward({ waitUntil: [] });
  await desk.waitForSelector("[data-camera]");
  await desk.type("#typed", number, { delay: 60 });
  await click(desk, ".typed button");
  await says(desk, "#sheet .past[open]", "兌換「拿鐵兌換券」");
  await click(desk, "#sheet .past > ul > li:first-child .act-why summary");
  await desk.$eval("#sheet .past", (acts) => acts.scrollIntoView());
  await shoot(desk, "21-why");
  await click(desk, "#sheet .act-why[open] .why button", "按錯了");
  await says(desk, "#result .band", "已復原兌換");

  step = "the scanner gun is tried";
  await desk.goto(`http://shuke.localhost:${stage.service}/counter/scanner-test`);
  await gun(desk, await text(await shown(desk, ".sample")));
  await says(desk, "[data-say]", "這支掃描槍可以使用");
  await shoot(desk, "22-scanner-test");

  step = "her session ends while the page is open, and LINE vouches for her again";
  await street.bringToFront();
  const sheet = ".phone:nth-child(1) [data-sheet] iframe";
  await street.$eval(sheet, (frame) => frame.classList.add("before"));
  await stage.advance(13 * 3600);
  const again = await frameOf(street, `${sheet}:not(.before)`);
  await again.waitForSelector("[data-pass] .qr-dark");
  await says(again, "#live", "3／10");
  await shoot(street, "23-again");

  step = "a phone is held before a counter where nobody has signed in";
  const hong = ".phone:nth-child(2)";
  await click(street, `${hong} [data-follow]`);
  await click(street, `${hong} .quick [data-action]`, "領取會員卡");
  await says(street, `${hong} [data-chat]`, "會員");
  await click(street, `${hong} [data-strip] button`, "會員條碼");
  const his = await frameOf(street, `${hong} [data-sheet] iframe`);
  await holdOut(street, 2);
  await says(street, `${hong} [data-toast]:not([hidden])`, "請先在櫃台登入");
  await shoot(street, "24-desk-shut");

  step = "the keys to the counter are looked up on the page, and the manager signs in beside the phones";
  await click(street, "[data-keys] summary");
  await says(street, "[data-keys-code]", "-");
  await says(street, "[data-keys-people]", pin);
  const people = await street.$$eval("[data-keys-people] > *", (words) => words.map((each) => each.textContent));
  if (people.slice(0, 4).join() !== [clerk, pin, manager, managerPin].join()) throw new Error(`other keys than the demo says: ${people}`);
  await shoot(street, "25-keys");
  const beside = await frameOf(street, "[data-desk]");
  await enrol(beside, await street.$eval("[data-keys-code]", (code) => code.textContent));
  await click(street, "[data-keys] summary");
  await signIn(beside, manager, managerPin);

  step = "his pass is held before the counter's scanner, and he gets his stamp";
  await holdOut(street, 2);
  await says(beside, "#sheet[open] .outcome", "＋1 點 → 1／10");
  await shoot(street, "26-held-out");
  await click(beside, "[data-give]");
  await says(beside, "#result .band", "已蓋 1 點・1／10");
  await says(his, "#live", "1／10");
  await shoot(street, "27-stamped-beside");

  step = "pages without a code are held before the scanner";
  for (const [path, shown] of [["stamps", ".history"], ["nothing", ".plain"]]) {
    await his.goto(`${new URL(his.url()).origin}/m/${path}`);
    await holdOut(street, 2, shown);
    await says(street, `${hong} [data-toast]:not([hidden])`, "這一頁沒有條碼可以掃");
    await street.waitForSelector(`${hong} [data-toast][hidden]`);
  }

  step = "the demo is stopped by Ctrl-C and started again";
  // A page whose service is away would rightly complain.
  for (const page of [street, desk, phone]) await page.goto("about:blank");
  const ended = await stage.interrupt();
  if (ended !== 0) throw new Error(`Ctrl-C ended the demo with ${ended}`);
  await stage.start();
  if (!stage.desk.said.includes("left was found")) throw new Error(`it does not say that it found its data:\n${stage.desk.said}`);
  const ready = await fetch(`http://127.0.0.1:${stage.service}/readyz`);
  if (!ready.ok) throw new Error(`it is not ready: ${ready.status} ${await ready.text()}`);

  step = "her chat is still there, and both counters know their devices";
  await street.bringToFront();
  await street.goto(`http://shuke.localhost:${stage.sandbox}/?lang=zh-Hant`);
  await says(street, ".phone:nth-child(1) [data-chat]", "領取會員卡");
  await says(await frameOf(street, "[data-desk]"), ".place .menu summary", manager);
  await shoot(street, "28-started-again");

  step = "on a narrow screen there is a tab for each phone";
  await street.setViewport({ width: 390, height: 800 });
  await click(street, "[data-add-phone]");
  await click(street, "#picker [data-people] button:nth-child(4)");
  await says(street, "[data-tabs] [aria-current]", "手機 3");
  await click(street, "[data-tabs] button", "手機 1");
  const seen = await street.$$eval(".phone", (phones) => phones.map((phone) => phone.getClientRects().length > 0));
  if (String(seen) !== "true,false,false") throw new Error(`these phones are seen: ${seen}`);
  const wide = await street.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 390) throw new Error(`the page is ${wide} px wide`);
  await shoot(street, "28-narrow");

  step = "the counter alone knows its device";
  await desk.bringToFront();
  await desk.goto(`http://shuke.localhost:${stage.service}/counter/`);
  await says(desk, "label.colleague", clerk);
  await signIn(desk, clerk, pin);
  await shoot(desk, "29-known-device");
}

/** The demo says where everything is, who works there and what to type, and it has as many members as it says. */
async function greeted() {
  const { said, device, clerk, pin, manager, managerPin } = stage.desk;
  const site = "http://shuke.localhost";
  const run = said.split("\n").find((line) => line.endsWith(" validate"))?.slice(0, -"validate".length) ?? "";
  const promised = [
    "a coffee shop with 500 members,", `${site}:${stage.sandbox}/\n`, `${site}:${stage.service}/counter/\n`,
    `${device}   (for the store zhongshan,`, `Clerk, PIN           ${clerk}  ${pin}\n`, `Manager, PIN         ${manager}  ${managerPin}\n`,
    ...["validate", "plan winback", "apply DIGEST", "status winback"].map((command) => `${run}${command}\n`),
  ];
  const missing = promised.filter((words) => !said.includes(words));
  if (missing.length > 0 || !run.includes(join(stage.data, "shuke.env"))) throw new Error(`it does not say ${JSON.stringify(missing)}:\n${said}`);
  const people = await (await fetch(`http://127.0.0.1:${stage.sandbox}/phones`)).json();
  const phones = people.items.length + people.more;
  if (phones !== 500) throw new Error(`there are ${phones} people with phones`);
}

/** Holds a code before the camera: the film is changed while it runs. */
function hold(code) {
  const file = openSync(camera, "r+");
  writeSync(file, film(code), 0);
  closeSync(file);
}

/** Takes it away, for longer than the three seconds within which two readings are one. */
async function away() {
  hold();
  await new Promise((done) => setTimeout(done, 3500));
}

/** Forgets what pages complained of while their network was cut on purpose. */
function forgive() {
  const cut = /net::ERR_(CONNECTION_RESET|INTERNET_DISCONNECTED)|htmx:(afterRequest|sendError)/;
  stage.complaints = stage.complaints.filter((each) => !cut.test(each));
}

/** The code a page draws. */
async function shown(page, selector) {
  await page.waitForSelector(`${selector} .qr-dark`);
  const [viewBox, path] = await page.$eval(`${selector} .qr`, (code) => [code.getAttribute("viewBox"), code.querySelector(".qr-dark").getAttribute("d")]);
  return modules(viewBox, path);
}

/** The pass's text once the page has taken over the moved clock. */
async function fresh(pass, old) {
  const until = Date.now() + 15_000;
  for (;;) {
    const now = await text(await shown(pass, "[data-pass]"));
    if (now !== old) return now;
    if (Date.now() > until) throw new Error("the pass did not turn when the clock was moved");
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Lets sheets slide, then takes the picture. */
async function shoot(page, name) {
  await page.evaluate(() => document.fonts.ready);
  await new Promise((done) => setTimeout(done, 300));
  await page.screenshot({ path: join(screens, `${name}.png`) });
}
