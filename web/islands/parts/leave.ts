// What a browser keeps of a page it left: it would show, at Back, who was signed in and what was typed.

/** Forgets at leaving; whoever comes back to what was kept begins anew. */
export function forgetAtLeaving(forget: () => void): void {
  addEventListener("pagehide", forget);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
