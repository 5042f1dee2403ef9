// The member's pages: the pass turns, the parts stay true, the stamp lands.

import "htmx.org";
import { showCode } from "./parts/beside";
import { holdPage } from "./parts/hold";
import { startLanding } from "./parts/land";
import { startLive } from "./parts/live";
import { all, one } from "./parts/page";
import { startPass } from "./parts/pass";

const pass = one("[data-pass]");
const heard = pass ? startPass(pass) : () => {};
startLive(heard);
startLanding();
showCode();

holdPage(pass !== null);

for (const button of all<HTMLButtonElement>("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText((button.dataset["copy"] ?? "").replaceAll(" ", ""));
    const word = button.dataset["copied"] ?? "";
    const icon = [...button.childNodes];
    button.replaceChildren(word);
    setTimeout(() => button.replaceChildren(...icon), 1500);
  });
}
