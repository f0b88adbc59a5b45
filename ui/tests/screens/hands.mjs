// How the behaviors find things and wait for them. Names are the English words of the screens.
export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const row = (page, name) => page.getByRole("row", { name: new RegExp(`^${name}`) });
export const ready = (page) => page.locator(".conn-row").first().waitFor();
/** Waits until a function of the page gives true. */
export const until = (page, test, argument) => page.waitForFunction(test, argument, { timeout: 5000 });
/** What has the focus: line, column, name. */
export const focus = (page) => page.evaluate(() => ({ line: document.activeElement?.getAttribute("data-line"), column: document.activeElement?.getAttribute("data-column"), text: document.activeElement?.textContent?.trim() }));
