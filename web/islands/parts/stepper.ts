// − and + change what will happen, in words; so does typing.

import { one } from "./page";

/** What a typed amount comes to where at most `most` may be given; nothing while nothing is typed. */
export function amountIn(typed: string, most: number): number | undefined {
  if (typed.trim() === "") return undefined;
  return Math.min(Math.max(Math.round(Number(typed)) || 1, 1), most);
}

/** Wakes the stepper of a stamp card's form. */
export function startStepper(form: HTMLElement): void {
  const outcomes = JSON.parse(form.dataset["outcomes"] ?? "[]") as string[];
  const amount = one<HTMLInputElement>("[data-amount]", form);
  const less = one<HTMLButtonElement>("[data-less]", form);
  const more = one<HTMLButtonElement>("[data-more]", form);
  const outcome = one("[data-outcome]", form);
  const give = one("[data-give]", form);
  const unit = one("[data-unit]", form);
  const words = one<HTMLTemplateElement>("[data-give-words]", form)?.content;
  if (!amount || !less || !more || !outcome || !give || !unit || !words) return;

  const tell = (value: number) => {
    const said = words.children[value - 1];
    less.disabled = value === 1;
    more.disabled = value === outcomes.length;
    outcome.textContent = outcomes[value - 1] ?? "";
    give.textContent = said?.textContent ?? "";
    unit.textContent = (said instanceof HTMLElement && said.dataset["unit"]) || "";
  };
  const set = (wanted: string) => {
    const value = amountIn(wanted, outcomes.length) ?? 1;
    amount.value = String(value);
    tell(value);
  };
  less.addEventListener("click", () => set(String(Number(amount.value) - 1)));
  more.addEventListener("click", () => set(String(Number(amount.value) + 1)));
  // While she types, the words follow and the field is hers; it is put right when she leaves it.
  amount.addEventListener("input", () => {
    const value = amountIn(amount.value, outcomes.length);
    if (value !== undefined) tell(value);
  });
  amount.addEventListener("change", () => set(amount.value));
}
