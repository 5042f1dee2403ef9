// How long nothing was done. By the clock on the wall: a device that slept has lain there all the same.

export class Idle {
  constructor(
    private readonly lasts: number,
    private since: number,
  ) {}

  /** Something was done. */
  act(now: number): void {
    this.since = now;
  }

  /** Whether it has lasted too long; times are in milliseconds. */
  isOver(now: number): boolean {
    return now - this.since >= this.lasts;
  }
}
