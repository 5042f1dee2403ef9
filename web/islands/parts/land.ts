// The stamp lands: when a part of the page comes back with more stamps than before, the new ones fall onto the card.

import { all, one } from "./page";

/** Which places are new when a card that had `before` stamps now has `after`; a card that began anew lands from its first. */
export function landed(before: number, after: number): number[] {
  if (before === after) return [];
  const from = after > before ? before + 1 : 1;
  return Array.from({ length: Math.max(after - from + 1, 0) }, (_, i) => from + i);
}

/** Watches the swaps of htmx. */
export function startLanding(): void {
  const counts = new Map<string, number>();
  const note = () => {
    for (const card of all("[data-grid]")) counts.set(card.dataset["grid"] ?? "", Number(card.dataset["stamps"]));
  };
  note();
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const card of all("[data-grid]")) {
      const before = counts.get(card.dataset["grid"] ?? "");
      if (before === undefined) continue;
      const places = landed(before, Number(card.dataset["stamps"]));
      for (const place of places) {
        const slot = one(`[data-position="${place}"]`, card);
        (one(".print .seal", slot ?? card) ?? slot)?.classList.add("lands");
      }
      if (places.length > 0) thump();
    }
    note();
  });
}

/** A small dull sound, where the reader has already touched the page (else browsers keep it silent). */
function thump(): void {
  if (!navigator.userActivation?.hasBeenActive) return;
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const gain = sound.createGain();
  tone.frequency.setValueAtTime(150, sound.currentTime);
  tone.frequency.exponentialRampToValueAtTime(55, sound.currentTime + 0.12);
  gain.gain.setValueAtTime(0.25, sound.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.14);
  tone.connect(gain).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.15);
  tone.onended = () => void sound.close();
}
