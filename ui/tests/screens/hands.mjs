// How the behaviors find things and wait for them. Names are the English words of the screens.
import assert from "node:assert/strict";

export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const row = (page, name) => page.getByRole("row", { name: new RegExp(`^${name}`) });
export const ready = (page) => page.locator(".conn-row").first().waitFor();
/** Waits until a function of the page gives true. */
export const until = (page, test, argument) => page.waitForFunction(test, argument, { timeout: 5000 });
/** What has the focus: line, column, name. */
export const focus = (page) => page.evaluate(() => ({ line: document.activeElement?.getAttribute("data-line"), column: document.activeElement?.getAttribute("data-column"), text: document.activeElement?.textContent?.trim() }));
const isCalled = (wanted) => document.activeElement?.textContent?.trim() === wanted;
/** Waits until what is called so has the focus: a dialog takes it once what it shows is known. */
export const focused = async (page, text, why) => {
  await until(page, isCalled, text).catch(async () => assert.equal((await focus(page)).text, text, why));
};
