// The flow window beside a provider's page.
import assert from "node:assert/strict";
import { button, focused } from "../hands.mjs";

export const behaviors = {
  "a code for another device has a picture that cameras read in the dark theme, too": {
    path: "flow.html?flow=f-1&theme=dark&stage=device",
    options: { width: 460, height: 300, colorScheme: "dark" },
    act: async (page) => {
      const picture = page.getByRole("img", { name: "QR code for https://accounts.zoho.com/oauth/v3/device" });
      await picture.waitFor();
      const look = await picture.evaluate((svg) => ({ around: getComputedStyle(svg).backgroundColor, modules: getComputedStyle(svg.querySelector("path")).fill, wide: svg.getBoundingClientRect().width }));
      assert.deepEqual([look.around, look.modules], ["rgb(255, 255, 255)", "rgb(0, 0, 0)"], "dark on light");
      const [, , size] = (await picture.getAttribute("viewBox")).split(" ").map(Number);
      assert.ok(look.wide / size >= 3, `each module is ${look.wide / size} pixels wide: enough for a camera`);
    },
  },
  "flow: time is added when little is left, and the address can be pasted": {
    path: "flow.html?flow=f&stage=low",
    options: { width: 460, height: 260 },
    act: async (page) => {
      await button(page, "2 more minutes").click();
      await button(page, "2 more minutes").waitFor({ state: "detached" });
      assert.match(await page.getByRole("timer").textContent(), /^2:1\d$/, "two minutes more");
      await button(page, "Open in browser instead").click();
      await page.getByLabel(/Paste the address/).fill("https://example.com");
      await button(page, "Use this address").click();
      await page.getByText("This is not the address the sign-in ended on.").waitFor();
      await page.getByLabel(/Paste the address/).fill("http://127.0.0.1:1/callback/x?code=a&state=b");
      await button(page, "Use this address").click();
      await page.getByText("Checking the answer").waitFor();
    },
  },
  "flow: another account is not taken without asking": {
    path: "flow.html?flow=f&stage=ask_replace",
    options: { width: 460, height: 260 },
    act: async (page) => {
      await page.getByText("You signed in as ben@example.com, not aiko@example.com").waitFor();
      await focused(page, "Keep aiko@example.com", "keeping is the harmless answer");
      await button(page, "Keep aiko@example.com").click();
      await page.getByText("Connected as aiko@example.com").waitFor();
    },
  },
  "flow: where nothing tells whose account it is, a person says": {
    path: "flow.html?flow=f&stage=ask_whose",
    options: { width: 460, height: 260 },
    act: async (page) => {
      await page.getByRole("alertdialog", { name: "Is this the same account as Accounting key?" }).waitFor();
      await focused(page, "Keep what was there", "keeping is the harmless answer");
      await button(page, "It is the same account").click();
      await page.getByText("Connected as Accounting key").waitFor();
    },
  },
  "flow: staying signed in is the person's wish, and can be taken back": {
    path: "flow.html?flow=f&stage=waiting",
    options: { width: 460, height: 300 },
    act: async (page) => {
      const box = page.getByRole("checkbox", { name: "Stay signed in on this computer." });
      assert.equal(await box.isChecked(), false, "nothing is kept unless it is wished for");
      await box.check();
      await page.waitForTimeout(50);
      assert.equal(await box.isChecked(), true);
      await box.uncheck();
      await page.waitForTimeout(50);
      assert.equal(await box.isChecked(), false);
    },
  },
  "flow: a failure can be tried again": {
    path: "flow.html?flow=f&stage=failed",
    options: { width: 460, height: 260 },
    act: async (page) => {
      await page.getByText("Not authorized").first().waitFor();
      await button(page, "Try again").click();
      await page.getByRole("timer").waitFor();
    },
  },
  "flow: whoever types into a field is left there, and is not thrown out by Escape": {
    path: "flow.html?flow=f&stage=form",
    act: async (page) => {
      const fields = page.locator("form input");
      await fields.nth(1).click();
      // As slowly as a person: the window asks how the flow stands meanwhile.
      await fields.nth(1).pressSequentially("abcdefghijklmnopqrstuvwxyz", { delay: 100 });
      assert.equal(await fields.nth(1).inputValue(), "abcdefghijklmnopqrstuvwxyz");
      assert.equal(await fields.nth(0).inputValue(), "", "nothing of it landed in the field that everybody can read");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Escape");
      assert.equal(await fields.nth(1).inputValue(), "abcdefghijklmnopqrstuvwxyz", "it is still there");
    },
  },
  "flow: a key is typed, tried, and typed again without typing all of it": {
    path: "flow.html?flow=f&stage=form",
    options: { width: 520, height: 620 },
    act: async (page) => {
      const [sid, token] = [page.getByLabel("Account SID"), page.getByLabel("Auth Token", { exact: true })];
      const at = () => page.evaluate(() => document.activeElement?.getAttribute("name"));
      await sid.waitFor();
      assert.equal(await at(), "account_sid", "the first field is ready");
      assert.equal(await token.getAttribute("type"), "password", "a secret is not shown while it is typed");
      assert.notEqual(await sid.getAttribute("type"), "password", "what is no secret is");
      await button(page, "Verify and store").click();
      await page.getByText("Still empty.").first().waitFor();
      await sid.fill("mine");
      await token.fill("wrong");
      await button(page, "Verify and store").click();
      await page.getByText("does not look like what the service gives out").waitFor();
      assert.equal(await at(), "account_sid", "the field that is wrong");
      assert.equal(await token.inputValue(), "wrong", "the other one stays");
      await sid.fill("AC00000000000000000000000000000001");
      await button(page, "Verify and store").click();
      await page.getByText("does not accept it").waitFor();
      await button(page, "Show Auth Token").click();
      assert.equal(await token.getAttribute("type"), "text", "seen while it is wished");
      await button(page, "Hide Auth Token").click();
      assert.equal(await token.getAttribute("type"), "password");
      await token.fill("s3cret-typed");
      await page.keyboard.press("Escape");
      assert.equal(await token.inputValue(), "s3cret-typed", "Escape in a field loses nothing");
      await page.keyboard.press("Enter");
      await page.getByText("Connected as Example Works").waitFor();
      const left = await page.content();
      assert.ok(!left.includes("s3cret-typed"), "nothing of it stays in the window");
    },
  },
};
