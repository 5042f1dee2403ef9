// Makes a screenshot small: pages have few colours, so 256 of them in a table do, a byte a pixel.

import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST = 256;

/** The same picture with a table of colours. Takes what Chromium writes: 8 bits, RGB or RGBA, not interlaced. */
export function squeeze(png) {
  const { width, height, channels, pixels } = decode(png);
  const { colours, places } = table(pixels, channels);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = places(pixels, (y * width + x) * channels);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const packed = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([SIGNATURE, chunk("IHDR", head), chunk("PLTE", Buffer.from(colours.flat())), chunk("IDAT", packed), chunk("IEND", Buffer.alloc(0))]);
}

function decode(png) {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error("no PNG");
  const [width, height, depth, kind, , , interlaced] = [png.readUInt32BE(16), png.readUInt32BE(20), ...png.subarray(24, 29)];
  const channels = { 2: 3, 6: 4 }[kind];
  if (depth !== 8 || !channels || interlaced) throw new Error(`a PNG of depth ${depth}, kind ${kind}`);
  const parts = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? pixels[y * stride + x - channels] : 0;
      const up = y > 0 ? pixels[(y - 1) * stride + x] : 0;
      const corner = y > 0 && x >= channels ? pixels[(y - 1) * stride + x - channels] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      pixels[y * stride + x] = raw[y * (stride + 1) + 1 + x] + guess;
    }
  }
  return { width, height, channels, pixels };
}

function paeth(left, up, corner) {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** The most frequent colours, and for any pixel the place of the nearest. */
function table(pixels, channels) {
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += channels) {
    const colour = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const distance = (one, other) => one.reduce((sum, part, i) => sum + (part - other[i]) ** 2, 0);
  const colours = [];
  // Frequent first, and none beside one that is taken already: soft edges make hundreds of neighbours.
  for (const apart of [120, 30, 0]) {
    for (const [colour] of [...counts].sort(([, a], [, b]) => b - a)) {
      if (colours.length === MOST) break;
      const mine = parts(colour);
      if (!colours.some((taken) => distance(taken, mine) <= apart)) colours.push(mine);
    }
  }
  const known = new Map();
  const places = (from, at) => {
    const colour = (from[at] << 16) | (from[at + 1] << 8) | from[at + 2];
    let place = known.get(colour);
    if (place === undefined) {
      const mine = parts(colour);
      place = colours.reduce((best, each, i) => (distance(each, mine) < distance(colours[best], mine) ? i : best), 0);
      known.set(colour, place);
    }
    return place;
  };
  return { colours, places };
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc(body), body.length + 4);
  return framed;
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
