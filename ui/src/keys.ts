// Which key presses are shortcuts. Single letters are off in fields and while an input method
// composes: WebKit tells the end of a composition before the key that ended it, so the key code
// 229 is looked at too.

/** Whether an input method is at work on this key. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether what is typed goes into a field. */
export function inField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type);
}

/** Where a key was pressed: outside of an editor's own tree its events name the host only. */
export function pressedIn(event: Event): EventTarget | null {
  return event.composedPath()[0] ?? event.target;
}

/** Command on macOS, Control elsewhere. */
export function withMod(event: KeyboardEvent): boolean {
  const mac = navigator.platform.startsWith("Mac");
  return mac ? event.metaKey : event.ctrlKey;
}

/**
 * The shortcut a key press means: `"mod+k"`, `"mod+Enter"`, `"F6"`, `"Escape"`, or a single key
 * such as `"n"`, `"/"`, `"["`; `null` where it is none.
 */
export function shortcut(event: KeyboardEvent): string | null {
  if (composing(event) || event.defaultPrevented) return null;
  if (withMod(event)) {
    if (event.altKey) return null;
    return event.key === "Enter" ? "mod+Enter" : `mod+${event.key.toLowerCase()}`;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === "F6") return "F6";
  if (event.key === "Escape") return "Escape";
  if (inField(pressedIn(event))) return null;
  return event.key.length === 1 ? event.key.toLowerCase() : null;
}
