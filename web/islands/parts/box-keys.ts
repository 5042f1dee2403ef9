// The keys to the counter: a fresh code for this browser and who may sign in, for a newcomer who has not looked at the terminal.

import { act, excuse } from "./box";
import { one } from "./page";

interface Keys {
  device_code: string;
  people: { name: string; pin: string }[];
}

/** Wakes the menu that shows them. A code is made when the menu opens, for it lives ten minutes. */
export function startDeskKeys(): void {
  const menu = one<HTMLDetailsElement>("[data-keys]");
  const code = menu && one<HTMLButtonElement>("[data-keys-code]", menu);
  const list = menu && one("[data-keys-people]", menu);
  if (!menu || !code || !list) return;
  menu.addEventListener("toggle", () => menu.open && void show());
  code.addEventListener("click", () => void navigator.clipboard?.writeText(code.textContent ?? "").then(() => code.classList.add("copied")));

  async function show(): Promise<void> {
    if (!code || !list) return;
    code.classList.remove("copied");
    code.textContent = "…";
    try {
      const keys = await act<Keys>("/desk-keys");
      code.textContent = keys.device_code;
      list.replaceChildren(...keys.people.flatMap(({ name, pin }) => [word("dt", name), word("dd", pin)]));
    } catch (error) {
      code.textContent = excuse(error);
    }
  }
}

function word(tag: "dt" | "dd", text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
