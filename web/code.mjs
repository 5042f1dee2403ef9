// Codes as files and as text: a QR drawn into a film for the fake camera, and read back as a scanner gun would read it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const wasm = readFileSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"));
prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength) } });

/** White modules around a code. */
const QUIET = 4;

/** The modules of a code, from the path a page draws it by: runs of dark modules, `M{x} {y}h{run}v1h-{run}z`. */
export function modules(viewBox, path) {
  const size = Number(viewBox.split(" ")[2]) - 2 * QUIET;
  const dark = new Uint8Array(size * size);
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) dark.fill(1, Number(y) * size + Number(x), Number(y) * size + Number(x) + Number(run));
  return { size, isDark: (x, y) => x >= 0 && y >= 0 && x < size && y < size && dark[y * size + x] === 1 };
}

/** Brightness of each pixel of a picture with the code in its middle; of an empty counter where there is no code. */
function painted(code, width, height) {
  if (!code) return new Uint8Array(width * height).fill(120);
  const { size, isDark } = code;
  const scale = Math.floor(Math.min(width, height) / (size + 2 * QUIET));
  const left = Math.floor((width - size * scale) / 2);
  const top = Math.floor((height - size * scale) / 2);
  const light = new Uint8Array(width * height).fill(235);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isDark(Math.floor((x - left) / scale), Math.floor((y - top) / scale))) light[y * width + x] = 16;
    }
  }
  return light;
}

/** A film of two frames that shows the code, as Chromium's fake camera reads it (YUV4MPEG2, 4:2:0). Every film of one size has as many bytes. */
export function film(code, width = 640, height = 480) {
  const light = painted(code, width, height);
  const grey = new Uint8Array((width * height) / 2).fill(128);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), light, grey]);
  return Buffer.concat([head, frame, frame]);
}

/** What the code holds. */
export async function text(code) {
  const [width, height] = [400, 400];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  painted(code, width, height).forEach((light, i) => data.fill(light, i * 4, i * 4 + 3));
  const [read] = await readBarcodes({ data, width, height, colorSpace: "srgb" }, { formats: ["QRCode"] });
  if (!read?.isValid) throw new Error("the code on the page cannot be read");
  return read.text;
}
