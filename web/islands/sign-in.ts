// Signs a member in: LIFF tells who LINE says she is, the service checks that with LINE and gives its own session.

import { all, base, one } from "./parts/page";

/** The part of LINE's SDK (or the sandbox's stub of it) that is used here. */
interface Liff {
  init(options: { liffId: string }): Promise<void>;
  isLoggedIn(): boolean;
  isInClient(): boolean;
  login(options?: { redirectUri: string }): void;
  logout(): void;
  getIDToken(): string | null;
}

declare const liff: Liff | undefined;

type State = "loading" | "failed" | "refused" | "outside" | "cookies";

/** Remembers that a fresh sign-in was tried, so that two services that disagree do not send her round for ever. */
const TRIED = "shuke-signed-in-again";
/** When a session was given: a browser that asks for another at once has not kept it. */
const GIVEN = "shuke-session-given";
/** So soon is at once, in milliseconds. */
const AT_ONCE = 5000;

function show(state: State): void {
  for (const section of all("[data-state]")) section.hidden = section.dataset["state"] !== state;
}

function signInAgain(sdk: Liff): void {
  sessionStorage.setItem(TRIED, "1");
  if (sdk.isLoggedIn()) sdk.logout();
  sdk.login({ redirectUri: location.href });
}

async function enter(): Promise<void> {
  show("loading");
  if (typeof liff === "undefined") return show("failed");
  const sdk = liff;
  one("[data-login]")?.addEventListener("click", () => sdk.login({ redirectUri: location.href }), { once: true });
  try {
    await sdk.init({ liffId: document.body.dataset["liffId"] ?? "" });
    if (!sdk.isLoggedIn()) return sdk.isInClient() ? signInAgain(sdk) : show("outside");
    const token = sdk.getIDToken();
    if (!token) return show("failed");
    if (Date.now() - Number(sessionStorage.getItem(GIVEN)) < AT_ONCE) return show("cookies");
    const answer = await fetch(`${base()}/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id_token: token }),
    });
    if (answer.ok) {
      sessionStorage.removeItem(TRIED);
      sessionStorage.setItem(GIVEN, String(Date.now()));
      return location.replace(document.body.dataset["next"] || `${base()}/`);
    }
    // LIFF hands out a stored token that may have run out; only a new sign-in makes a new one.
    if (answer.status === 401) return sessionStorage.getItem(TRIED) ? show("refused") : signInAgain(sdk);
    show("failed");
  } catch {
    show("failed");
  }
}

for (const button of all("[data-again]")) {
  button.addEventListener("click", () => {
    sessionStorage.removeItem(TRIED);
    sessionStorage.removeItem(GIVEN);
    location.reload();
  });
}

void enter();
