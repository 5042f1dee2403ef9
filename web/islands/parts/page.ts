// What every island needs of the page it sleeps in.

/** The one element that matches, or nothing. */
export function one<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

/** All elements that match. */
export function all<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** The address of the face: `/m`, `/counter`. */
export function base(): string {
  return document.body.dataset["base"] ?? "";
}

/** Shows or hides the bar that says there is no network. */
export function sayOffline(isOffline: boolean): void {
  const bar = one("#offline");
  if (bar) bar.hidden = !isOffline;
}
