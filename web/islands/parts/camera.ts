// The camera reads codes: by the browser's own reader where there is one for QR, else by zxing as WebAssembly from our own
// address (the library would fetch it from a public one by itself).

import type { BarcodeDetector as Ponyfill } from "barcode-detector/ponyfill";
import { one } from "./page";

type Detector = Pick<Ponyfill, "detect">;

interface NativeDetector {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Frames looked at, at most, in a second. */
const FRAMES = 10;

let reader: Promise<Detector> | undefined;

/** The code reader, made once. */
export function codeReader(): Promise<Detector> {
  reader ??= makeReader();
  return reader;
}

async function makeReader(): Promise<Detector> {
  const native = (globalThis as { BarcodeDetector?: NativeDetector }).BarcodeDetector;
  if (native && (await native.getSupportedFormats()).includes("qr_code")) return new native({ formats: ["qr_code"] });
  const [{ BarcodeDetector, prepareZXingModule }, { default: wasm }] = await Promise.all([
    import("barcode-detector/ponyfill"),
    import("zxing-wasm/reader/zxing_reader.wasm"),
  ]);
  prepareZXingModule({ overrides: { locateFile: (file: string, prefix: string) => (file.endsWith(".wasm") ? wasm : prefix + file) } });
  return new BarcodeDetector({ formats: ["qr_code"] });
}

/** Wakes the camera of this page; it starts by a tap, or by itself where it was allowed before. */
export function startCamera(section: HTMLElement, read: (text: string) => void): void {
  const video = one<HTMLVideoElement>("video", section);
  const button = one<HTMLButtonElement>("[data-camera-start]", section);
  const say = one("[data-camera-say]", section);
  if (!video || !button || !say) return;
  let stream: MediaStream | undefined;
  let wanted = false;

  const tell = (what: string) => {
    say.textContent = say.dataset[what] ?? "";
  };

  async function start(): Promise<void> {
    if (stream || !video || !button) return;
    wanted = true;
    if (!navigator.mediaDevices) return tell("insecure");
    tell("starting");
    button.hidden = true;
    try {
      const [detector, opened] = await Promise.all([
        codeReader(),
        navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } }, audio: false }),
      ]);
      stream = opened;
      opened.getVideoTracks()[0]?.addEventListener("ended", stop);
      video.srcObject = opened;
      video.hidden = false;
      await video.play();
      tell("looking");
      void look(detector, opened);
    } catch (error) {
      stop();
      const name = error instanceof DOMException ? error.name : "";
      tell(name === "NotAllowedError" ? "denied" : name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "broken");
    }
  }

  async function look(detector: Detector, looking: MediaStream): Promise<void> {
    while (stream === looking && video) {
      const began = performance.now();
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        try {
          for (const code of await detector.detect(video)) read(code.rawValue);
        } catch {
          // A frame that came while the camera turned; the next one follows.
        }
      }
      await new Promise((done) => setTimeout(done, Math.max(0, 1000 / FRAMES - (performance.now() - began))));
    }
  }

  function stop(): void {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
    if (!video || !button) return;
    video.srcObject = null;
    video.hidden = true;
    button.hidden = false;
    tell("");
  }

  button.addEventListener("click", () => void start());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") stop();
    else if (wanted) void start();
  });
  void startIfAllowed(start);
}

async function startIfAllowed(start: () => Promise<void>): Promise<void> {
  try {
    const permission = await navigator.permissions.query({ name: "camera" as PermissionName });
    if (permission.state === "granted") await start();
  } catch {
    // This browser does not tell; the button remains.
  }
}
