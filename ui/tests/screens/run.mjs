// The screens in Chromium, under the program's own policy, against the fake program: looks and
// accessibility of every screen in both languages and themes, then what a person does on them.
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { launch, open, serve, SHOTS } from "./harness.mjs";
import { places } from "./places.mjs";

const only = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const server = await serve();
const browser = await launch();
await mkdir(SHOTS, { recursive: true });
let passed = 0;
const failed = [];

/** One test: a page, what is done on it, and nothing gone wrong at the end. */
async function test(name, path, options, act, meant) {
  if (only.length > 0 && !only.some((part) => name.includes(part))) return;
  const started = Date.now();
  const opened = await open(browser, server.origin, path, options);
  try {
    await act(opened.page);
    const trouble = (await opened.trouble()).filter((one) => !meant?.test(one));
    if (trouble.length > 0) throw new Error(`the page complained:\n    ${trouble.join("\n    ")}`);
    passed += 1;
    console.log(`ok    ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    failed.push(name);
    console.log(`FAIL  ${name}\n    ${error.message}`);
    await opened.page.screenshot({ path: `${SHOTS}/FAIL-${name.replaceAll(/[^\w-]+/g, "_")}.png` }).catch(() => undefined);
  } finally {
    await opened.close();
  }
}

/** What a person does: one file a screen, each name once. */
async function behaviors() {
  const all = new Map();
  const folder = new URL("behaviors/", import.meta.url);
  for (const file of (await readdir(folder)).filter((one) => one.endsWith(".mjs")).toSorted()) {
    const { behaviors: own } = await import(new URL(file, folder));
    for (const [name, behavior] of Object.entries(own)) {
      if (all.has(name)) throw new Error(`two behaviors are called ${name}`);
      all.set(name, behavior);
    }
  }
  return all;
}

/** Axe's verdict. Its source goes in by the debugger, which no policy of the page forbids. */
async function accessible(page) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const result = await window.axe.run(document, { resultTypes: ["violations"] });
    return result.violations.map((one) => `${one.id} (${one.impact}): ${one.help}\n      ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)).join("\n      ")}`);
  });
  if (violations.length > 0) throw new Error(`axe found:\n    ${violations.join("\n    ")}`);
}

/** Looks at a screen: it fits, says its language, and is accessible. */
async function look(place, name, locale, page) {
  await place.ready(page);
  await page.screenshot({ path: `${SHOTS}/${name.replaceAll(" ", "-")}.png` });
  const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.body.scrollHeight <= innerHeight);
  if (!fits) throw new Error("the page itself scrolls: something is wider or higher than the window");
  if ((await page.evaluate(() => document.documentElement.lang)) !== locale) throw new Error("the document does not say its language");
  await accessible(page);
}

const waiting = [];
for (const place of places) {
  for (const locale of ["en", "ja"]) {
    for (const theme of ["light", "dark"]) {
      const name = `${place.name} ${locale} ${theme}`;
      const address = place.path.replace("?", `?locale=${locale}&theme=${theme}&`);
      // What is shown before the program has answered follows the desktop.
      const options = { locale, colorScheme: theme, ...place.options };
      waiting.push(() => test(name, address, options, (page) => look(place, name, locale, page)));
    }
  }
}
for (const [name, behavior] of await behaviors()) waiting.push(() => test(name, behavior.path, behavior.options ?? {}, behavior.act, behavior.meant));

// A few at a time: pages wait for their programs more than they work.
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next();
  }),
);

await browser.close();
server.close();
if (failed.length > 0) console.log(`\nFailed:\n  ${failed.join("\n  ")}`);
console.log(`\n${passed} passed, ${failed.length} failed`);
process.exit(failed.length > 0 ? 1 : 0);
