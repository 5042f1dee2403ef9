// What a clerk hears and feels, so that she need not look.

let sound: AudioContext | undefined;

function beep(frequency: number, seconds: number, delay = 0): void {
  try {
    sound ??= new AudioContext();
    const tone = sound.createOscillator();
    const gain = sound.createGain();
    const start = sound.currentTime + delay;
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0.15, start);
    gain.gain.exponentialRampToValueAtTime(0.001, start + seconds);
    tone.connect(gain).connect(sound.destination);
    tone.start(start);
    tone.stop(start + seconds);
  } catch {
    // No sound on this device.
  }
}

/** A code was read. */
export function feelRead(): void {
  beep(1400, 0.08);
  navigator.vibrate?.(40);
}

/** An act went as `tone` says. */
export function feelResult(tone: string): void {
  if (tone === "done") {
    beep(880, 0.1);
    beep(1320, 0.16, 0.1);
    navigator.vibrate?.(60);
  } else {
    beep(220, 0.35);
    navigator.vibrate?.([120, 60, 120]);
  }
}
