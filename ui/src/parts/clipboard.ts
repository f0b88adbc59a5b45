/** Copies a text. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard access in this engine: the old way still works from a click. Outside of an open
    // dialog nothing can be selected.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr";
    const before = document.activeElement;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
