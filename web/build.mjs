// Bundles the islands and the styles into web/dist with hashed names, squeezed, and writes manifest.json (plain name → hashed name),
// which `src/assets.rs` reads. `node build.mjs --watch` keeps building.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");

// What a page may ask for by its plain name. `src/assets.rs` lists the same names (a test compares them).
const bundles = [
  "styles/member.css",
  "styles/counter.css",
  "styles/phone.css",
  "islands/member.ts",
  "islands/sign-in.ts",
  "islands/counter.ts",
  "islands/scanner-test.ts",
  "islands/phone.ts",
];

// Tabler outline icons that pages use, as symbols of one file.
const icons = [
  "alert-triangle", "arrow-back-up", "ban", "backspace", "building-store", "calendar-due", "check", "chevron-left", "chevron-right", "circle-check",
  "clock", "copy", "device-mobile", "gift", "history", "keyboard", "language", "lock", "logout", "minus", "plus", "qrcode", "refresh",
  "rosette", "scan", "settings", "shield-check", "ticket", "user", "users", "wifi-off", "x", "bulb", "cup",
  "adjustments", "arrow-down-left", "arrow-up-right", "arrows-exchange", "bell", "bolt", "chevron-down", "device-mobile-plus", "dots-vertical",
  "external-link", "id-badge-2", "key", "map-pin", "menu-2", "message-2", "microphone", "photo", "rubber-stamp", "send", "speakerphone", "sticker-2",
  "user-plus", "video", "world",
];

function sprite() {
  const symbols = icons.map((name) => {
    const svg = readFileSync(join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

// Text compresses to a third. Only the squeezed copies are kept: nearly every client takes them, and the program is lighter.
function squeeze() {
  for (const name of readdirSync(dist)) {
    if (!/\.(js|css|svg|wasm)$/.test(name)) continue;
    writeFileSync(join(dist, `${name}.gz`), gzipSync(readFileSync(join(dist, name)), { level: 9 }));
    rmSync(join(dist, name));
  }
}

const manifest = {
  name: "manifest",
  setup(build) {
    build.onEnd((result) => {
      if (result.errors.length > 0) return;
      const names = {};
      for (const [path, output] of Object.entries(result.metafile.outputs)) {
        if (!bundles.includes(output.entryPoint)) continue;
        const plain = basename(output.entryPoint).replace(/\.ts$/, ".js");
        names[plain] = basename(path);
      }
      const pictures = { "icons.svg": sprite(), "seal.svg": readFileSync(join(here, "art/seal.svg"), "utf8") };
      for (const [plain, drawn] of Object.entries(pictures)) {
        const hash = createHash("sha256").update(drawn).digest("hex").slice(0, 8).toUpperCase();
        names[plain] = plain.replace(".svg", `-${hash}.svg`);
        writeFileSync(join(dist, names[plain]), drawn);
      }
      squeeze();
      writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(names, null, 2)}\n`);
      console.log(`web/dist: ${Object.values(names).join(" ")}`);
    });
  },
};

// The code reader is the library's own, of the version it was made for: another one only says "unavailable".
const version = (name) => JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
const wanted = version("barcode-detector").dependencies["zxing-wasm"];
const found = version("zxing-wasm").version;
if (wanted !== found) throw new Error(`barcode-detector wants zxing-wasm ${wanted}, node_modules has ${found}`);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const options = {
  absWorkingDir: here,
  entryPoints: bundles,
  outdir: "dist",
  entryNames: "[name]-[hash]",
  chunkNames: "part-[hash]",
  assetNames: "[name]-[hash]",
  publicPath: "/assets",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "safari16.4"],
  loader: { ".wasm": "file", ".svg": "file" },
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  plugins: [manifest],
};

if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}
