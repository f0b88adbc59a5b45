// What a keystroke in the gallery's search, and a press of one of its filters, take until they are painted: in Chromium,
// against the fake program, with so many services. `node tests/bench/gallery.mjs SERVICES ROUNDS` prints the
// milliseconds of each as JSON.
import { launch, open, serve } from "../screens/harness.mjs";

const services = Number(process.argv[2] ?? 500);
const rounds = Number(process.argv[3] ?? 10);
/** Names of a few, of many, of none, words of what is said of them, and a word of two characters. */
const TYPED = ["cedar", "orders", "mail 12", "e", "zoho", "accounting", "勤怠", "顧客"];

const server = await serve();
// Without waiting for the next tick of a screen: what is measured is work, and a frame has 16.7 ms of it.
const browser = await launch(["--disable-frame-rate-limit", "--disable-gpu-vsync"]);
const { page, trouble } = await open(browser, server.origin, `index.html?services=${services}#/new-connection`, { width: 1280, height: 800 });
await page.locator(".tile").first().waitFor();
const all = Number(await page.locator('nav [aria-current="true"] span').textContent());
if (all < services - 1) throw new Error(`the gallery has ${all} services instead of ${services}`);

// From the event's own time to the first task after the frame that it made.
await page.evaluate(() => {
  let began = 0;
  const painted = () => {
    const at = began;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.addEventListener("message", () => window.__painted?.(performance.now() - at));
      channel.port1.start();
      channel.port2.postMessage(null);
    });
  };
  addEventListener("keydown", (event) => (began = event.timeStamp), true);
  addEventListener("pointerdown", (event) => event.isTrusted && (began = event.timeStamp), true);
  addEventListener("beforeinput", (event) => event.inputType === "insertText" && event.data?.length > 1 && (began = event.timeStamp), true);
  addEventListener("input", painted, true);
  addEventListener("click", painted, true);
});

const took = { keystroke: [], filter: [] };
/** Does it, and waits until it is painted. */
async function measured(kind, act) {
  await page.evaluate(() => {
    window.__next = new Promise((resolve) => (window.__painted = resolve));
  });
  await act();
  took[kind].push(await page.evaluate(() => window.__next));
}

const search = page.locator("[data-filter]");
const filters = page.locator("nav button");
for (let round = 0; round < rounds; round += 1) {
  for (const word of TYPED) {
    await search.focus();
    if (/^[ -~]+$/.test(word)) for (const key of word) await measured("keystroke", () => page.keyboard.press(key === " " ? "Space" : key));
    // What an input method hands over comes at once.
    else await measured("keystroke", () => page.keyboard.insertText(word));
    for (const _ of word) await measured("keystroke", () => page.keyboard.press("Backspace"));
  }
  for (let i = 0; i < (await filters.count()); i += 1) {
    const box = await filters.nth(i).boundingBox();
    await measured("filter", () => page.mouse.click(box.x + 20, box.y + 10));
  }
  await measured("filter", () => filters.first().click());
  await filters.locator('xpath=self::*[@aria-pressed="true"]').first().click();
}

const wrong = await trouble();
await browser.close();
server.close();
if (wrong.length > 0) throw new Error(`the page complained: ${wrong.join("; ")}`);
console.log(JSON.stringify({ services: all, ...took }));
