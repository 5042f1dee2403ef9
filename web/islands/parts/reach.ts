// Leaving a page only when there is somewhere to go: without the service a browser would put its own page in place of ours.

/** How long an answer may take, in milliseconds. */
const PATIENCE = 8000;
/** How long until the service is asked again, in milliseconds. */
const PAUSE = 5000;

/** Whether the service answers at this address. */
export async function isReached(address: string): Promise<boolean> {
  try {
    const answer = await fetch(address, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return answer.status < 500;
  } catch {
    return false;
  }
}

/** Goes there as soon as the service answers; Back does not come here again. */
export async function goWhenReached(address: string): Promise<void> {
  while (!(await isReached(address))) await new Promise((done) => setTimeout(done, PAUSE));
  location.replace(address);
}
