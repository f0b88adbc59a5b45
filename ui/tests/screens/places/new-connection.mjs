// The gallery, the pages of services, and setting a connection up.
import { main, see } from "../standing.mjs";

export const places = [
  { name: "new-connection", path: "index.html?x=1#/new-connection", ...main, ready: see(".tile") },
  { name: "new-connection-1024", path: "index.html?x=1#/new-connection", options: { width: 1024, height: 700 }, ready: see(".tile") },
  { name: "new-connection-many", path: "index.html?services=500#/new-connection", options: { width: 1920, height: 1200 }, ready: see(".tile") },
  { name: "new-connection-none", path: "index.html?home=empty#/new-connection", options: { width: 1024, height: 700 }, ready: async (page) => {
    await page.locator("[data-filter]").fill("存在しない");
    await page.locator(".none h2").waitFor();
  } },
  {
    name: "new-connection-filtered", path: "index.html?services=120#/new-connection", ...main,
    ready: async (page) => {
      await page.locator("nav button").nth(4).click();
      await page.locator("nav [aria-pressed]").nth(1).click();
      await page.locator(".tag").nth(1).waitFor();
    },
  },
  { name: "service", path: "index.html?x=1#/service/zoho_crm", ...main, ready: see("#used-by") },
  { name: "service-1024", path: "index.html?x=1#/service/quickbooks", options: { width: 1024, height: 700 }, ready: see("#used-by") },
  { name: "service-1920", path: "index.html?x=1#/service/google_drive", options: { width: 1920, height: 1200 }, ready: see("#used-by") },
  { name: "service-key", path: "index.html?x=1#/service/twilio", ...main, ready: see("#used-by") },
  { name: "service-client", path: "index.html?x=1#/service/razorpay", ...main, ready: see("#used-by") },
  { name: "service-unknown-1024", path: "index.html?x=1#/service/sms_magic", options: { width: 1024, height: 700 }, ready: see("[data-refused]") },
  { name: "service-elsewhere", path: "index.html?country=DE#/service/razorpay", ...main, ready: see("[data-refused]") },
  { name: "service-unstated-1024", path: "index.html?x=1#/service/stripe_connect", options: { width: 1024, height: 700 }, ready: see("#used-by") },
  { name: "service-retired", path: "index.html?x=1#/service/payflow", ...main, ready: see("[data-retired]") },
  { name: "service-practice", path: "index.html?x=1#/service/practice", ...main, ready: see("#used-by") },
  { name: "service-free-plan", path: "index.html?plan=free#/service/slack", ...main, ready: see("#used-by") },
  { name: "service-missing", path: "index.html?x=1#/service/nobody", ...main, ready: see("[data-code]") },
  { name: "set-up", path: "index.html?x=1#/new-connection/zoho_crm", ...main, ready: see(".scopes li") },
  { name: "set-up-1024", path: "index.html?x=1#/new-connection/zoho_crm", options: { width: 1024, height: 768 }, ready: see(".scopes li") },
  { name: "set-up-registration", path: "index.html?x=1#/new-connection/hubspot", options: { width: 1280, height: 1000 }, ready: see("[data-redirect-address]") },
  { name: "set-up-client", path: "index.html?x=1#/new-connection/razorpay", options: { width: 1280, height: 1000 }, ready: see(".new input.mono") },
];
