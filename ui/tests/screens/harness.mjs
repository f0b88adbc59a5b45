// What the screen tests stand on: the built screens served under the program's own policy, and a
// Chromium that tells of every error.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const DIST = fileURLToPath(new URL("../../dist-fake", import.meta.url));
/** Where screenshots go; never committed. */
export const SHOTS = fileURLToPath(new URL("../../.shots", import.meta.url));

/** The policy of the real windows, for an http origin. */
export const POLICY =
  "default-src 'self'; connect-src ipc: http://ipc.localhost; img-src 'self' data:; style-src 'self'; " +
  "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** Serves the build on a free loopback port. */
export async function serve() {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname));
    const file = join(DIST, path.endsWith(sep) ? `${path}index.html` : path);
    try {
      if (!file.startsWith(DIST)) throw new Error("outside");
      const body = await readFile(file);
      response.writeHead(200, {
        "content-type": `${TYPES[extname(file)] ?? "application/octet-stream"}; charset=utf-8`,
        "content-security-policy": POLICY,
        "cache-control": "no-store",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Debian's Chromium, or the one `TSUNAGI_CHROMIUM` names; `more` are further switches. */
export function launch(more = []) {
  return chromium.launch({
    executablePath: process.env.TSUNAGI_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more,
    ],
  });
}

/** A page that collects what went wrong on it: console errors, exceptions, breaches of the policy. */
export async function open(browser, origin, path, options = {}) {
  const { width = 1280, height = 800, ...rest } = options;
  const context = await browser.newContext({ viewport: { width, height }, bypassCSP: false, reducedMotion: "reduce", ...rest });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !message.text().includes("favicon")) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("requestfailed", (request) => wrong.push(`${request.url()} failed`));
  await page.addInitScript(() => {
    window.__breaches = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.__breaches.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`);
    });
  });
  await page.goto(`${origin}/${path}`);
  return {
    page,
    /** Everything that went wrong so far. */
    trouble: async () => [...wrong, ...(await page.evaluate(() => window.__breaches))],
    close: () => context.close(),
  };
}
