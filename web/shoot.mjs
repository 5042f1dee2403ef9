// Takes a picture of every page state of `cargo run --example pages` at phone size, light and dark and in two languages, and
// complains about what a picture would not show: blocked content, a page wider than the screen, a code smaller than promised.

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "shots");
const server = process.env.PAGES ?? "http://127.0.0.1:8099";
const only = process.argv.slice(2);
mkdirSync(out, { recursive: true });

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"],
});
const faults = [];
const index = await browser.newPage();
await index.goto(server);
const pages = await index.$$eval("a", (links) => links.map((link) => link.getAttribute("href")));

for (const [look, lang] of [["light", "zh-Hant"], ["dark", "zh-Hant"], ["light", "en"], ["light", "ja"]]) {
  for (const path of pages) {
    if (only.length > 0 && !only.some((word) => path.includes(word))) continue;
    const name = `${path.slice(1).replace("/", "-")}-${lang}-${look}`;
    const page = await browser.newPage();
    await page.setViewport({ width: 375, height: 740, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: look }]);
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !text.includes("/events") && !text.includes("404") && !text.includes("ERR_FAILED")) faults.push(`${name}: ${text}`);
    });
    page.on("pageerror", (error) => faults.push(`${name}: ${error.message}`));
    if (path.includes("card-old")) {
      await page.setRequestInterception(true);
      page.on("request", (request) => void (request.url().endsWith("/m/pass") ? request.abort() : request.continue()));
    }
    await page.goto(`${server}${path}?lang=${lang}`);
    await new Promise((done) => setTimeout(done, 250));
    const seen = await page.evaluate(() => {
      const dark = document.querySelector(".pass-code .qr-dark");
      const small = [...document.querySelectorAll("a, button, summary, input:not([type=hidden])")].filter((each) => {
        const box = each.getBoundingClientRect();
        return box.width > 0 && !each.closest(".consent, .center, .colleague, .check") && (box.height < 43.5 || box.width < 43.5);
      });
      return {
        width: document.documentElement.scrollWidth,
        code: dark ? dark.getBoundingClientRect().width / innerWidth : 1,
        small: small.map((each) => each.outerHTML.slice(0, 80)),
      };
    });
    if (seen.width > 375) faults.push(`${name}: ${seen.width} px wide`);
    if (seen.code < 0.6) faults.push(`${name}: the code takes ${(seen.code * 100).toFixed(1)} % of the width`);
    for (const each of seen.small) faults.push(`${name}: too small to tap: ${each}`);
    await page.screenshot({ path: join(out, `${name}.png`), fullPage: !path.startsWith("/counter") });
    await page.close();
  }
}
await browser.close();
for (const fault of new Set(faults)) console.log(fault);
process.exit(faults.length > 0 ? 1 : 0);
