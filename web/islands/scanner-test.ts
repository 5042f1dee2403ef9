// Tries a scanner gun: shows what arrives, key by key, and says whether the counter would read it.

import { Gun, letter } from "./parts/gun";
import { one } from "./parts/page";

const section = one("[data-verdict]");
const say = one("[data-say]");
const rows = one("[data-keys]");

if (section && say && rows) {
  const gun = new Gun();
  let last = 0;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const tell = (verdict: string) => {
    say.className = `verdict ${verdict === "good" ? "good" : "bad"}`;
    say.textContent = section.dataset[verdict] ?? "";
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key === "Tab") return;
    event.preventDefault();
    clearTimeout(silence);
    const pause = event.timeStamp - last;
    last = event.timeStamp;
    if (pause > 1000) rows.replaceChildren();
    const row = document.createElement("tr");
    for (const text of [event.code || "–", event.key, letter(event), pause > 1000 ? "" : String(Math.round(pause))]) {
      const cell = document.createElement("td");
      cell.textContent = text;
      row.append(cell);
    }
    row.lastElementChild?.classList.add("number");
    rows.append(row);

    if (event.isComposing || event.key === "Process") return tell("composing");
    const heard = gun.hear(event);
    if (heard.kind === "read") return tell(heard.text === section.dataset["expected"] ? "good" : "other");
    if (heard.kind === "slow") return tell("slow");
    if (gun.length >= 6) silence = setTimeout(() => tell("noenter"), 800);
  });
}
