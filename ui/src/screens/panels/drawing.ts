// The library that draws charts, loaded when the first one is drawn.
import type uPlot from "uplot";
import { tag } from "../../i18n/i18n.svelte";

/**
 * Loads it. It makes a number format of `navigator.language` at once, and throws where that is no language, as WebKitGTK's
 * is where the system has none (`LANG=C`): imported with a screen, it would leave the window empty.
 */
export async function drawing(): Promise<typeof uPlot> {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { configurable: true, value: tag() });
  }
  return (await import("uplot")).default;
}
