// Draws a QR code from its modules, exactly as `src/web/pieces/code.rs` does.

/** Runs of dark modules as an SVG path, one unit a module. `bits` is base64, row by row, dark = 1. */
export function path(size: number, bits: string): string {
  const bytes = Uint8Array.from(atob(bits), (letter) => letter.charCodeAt(0));
  const isDark = (i: number) => (((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) === 1;
  let drawn = "";
  for (let y = 0; y < size; y++) {
    let x = 0;
    while (x < size) {
      let run = 0;
      while (x + run < size && isDark(y * size + x + run)) run++;
      if (run > 0) drawn += `M${x} ${y}h${run}v1h-${run}z`;
      x += Math.max(run, 1);
    }
  }
  return drawn;
}
