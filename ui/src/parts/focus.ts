/**
 * Gives the focus back to the element that had it before a dialog; where that is gone, to the
 * screen, so that it is never lost to the page.
 */
export function giveBack(before: Element | null): void {
  queueMicrotask(() => {
    if (document.querySelector("dialog[open]")) return;
    const held = document.activeElement;
    if (held && held !== document.body) return;
    if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
    else document.querySelector<HTMLElement>("main")?.focus();
  });
}
