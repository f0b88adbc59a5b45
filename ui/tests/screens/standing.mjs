// How the screens of the tests are opened, and how to know that one stands.
export const main = { options: {} };
export const small = { width: 460, height: 300 };
export const see = (selector) => (page) => page.locator(selector).first().waitFor();
export const settle = async (page) => page.waitForTimeout(250);
