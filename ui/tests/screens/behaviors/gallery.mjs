// Finding a service, and what its own page says.
import assert from "node:assert/strict";
import { button, focus, until } from "../hands.mjs";

const names = (page) => page.locator(".gal .tile b").allTextContents();
const recent = (page) => page.getByRole("heading", { name: "Recently used" });
const active = (page) => page.evaluate(() => document.activeElement?.querySelector("b")?.textContent ?? document.activeElement?.getAttribute("aria-label"));

export const behaviors = {
  "gallery: what was used last comes first": {
    path: "index.html?x=1#/new-connection",
    act: async (page) => {
      await recent(page).waitFor();
      assert.equal((await names(page))[0], "Razorpay", "its connection was used a minute ago");
      await page.getByRole("navigation", { name: "Categories" }).getByRole("button", { name: /^Recently used/ }).click();
      await page.getByRole("group", { name: "Filters" }).getByText("Recently used").waitFor();
      assert.equal((await names(page)).length, 6, "only those");
    },
  },
  "gallery: a service is found by its Japanese name, by two characters, and by its category": {
    path: "index.html?x=1#/new-connection",
    act: async (page) => {
      const search = page.getByLabel("Search services");
      for (const [text, name] of [["せーるす", "Salesforce"], ["会計", "QuickBooks"], ["ＧＩＴＨＵＢ", "GitHub"], ["customers", "Zoho CRM"]]) {
        await search.fill(text);
        await until(page, (wanted) => [...document.querySelectorAll(".gal .tile b")].some((one) => one.textContent === wanted), name);
      }
      await search.fill("slack");
      await page.getByRole("status").getByText("1 service").waitFor();
      await search.press("Enter");
      await page.getByRole("heading", { name: "Slack", exact: true }).waitFor();
    },
  },
  "gallery: category and way narrow together, and each is taken off by itself": {
    path: "index.html?services=120#/new-connection",
    act: async (page) => {
      const places = page.getByRole("navigation", { name: "Categories" });
      await places.getByRole("button", { name: /^Messages and SMS/ }).click();
      const all = (await names(page)).length;
      await places.getByRole("button", { name: /^Key or password/ }).click();
      await page.getByText("Twilio").waitFor();
      const some = (await names(page)).length;
      assert.ok(some < all && some > 0, `${some} of ${all}`);
      await button(page, "Remove filter: Category").click();
      await until(page, () => document.querySelectorAll(".tag").length === 1);
      assert.ok((await names(page)).length > some, "of every category");
      await button(page, "Remove filter: Authorized by").click();
      await recent(page).waitFor();
    },
  },
  "gallery: where nothing is found it says what to do, and gives everything back": {
    path: "index.html?x=1#/new-connection",
    act: async (page) => {
      await page.getByLabel("Search services").fill("no such thing");
      await page.getByRole("heading", { name: "No service matches “no such thing”" }).waitFor();
      await page.getByText("Search by a service’s name in English or Japanese").waitFor();
      await button(page, "Clear").click();
      await recent(page).waitFor();
    },
  },
  "gallery: one tab stop, arrows between tiles, and I tells about a service": {
    path: "index.html?x=1#/new-connection",
    act: async (page) => {
      await page.locator(".tile").first().waitFor();
      assert.equal(await page.locator('.gal .tile[tabindex="0"]').count(), 1, "Tab gets to one of them");
      await page.keyboard.press("/");
      await page.keyboard.press("ArrowDown");
      assert.equal(await active(page), "Razorpay");
      await page.keyboard.press("ArrowRight");
      assert.equal(await active(page), "Zoho CRM");
      await page.keyboard.press("ArrowDown");
      assert.equal(await active(page), "Zoho Sheet", "the one below");
      await page.keyboard.press("Tab");
      assert.equal(await active(page), "About Zoho Sheet", "its page is the next stop");
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("i");
      await page.getByRole("heading", { name: "Zoho Sheet", exact: true }).waitFor();
      assert.match(page.url(), /#\/service\/zoho_sheet$/, "a place of its own");
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "New connection" }).waitFor();
    },
  },
  "gallery: the way to a service's page says at the pointer what it is, and of the service that stands there": {
    path: "index.html?x=1#/new-connection",
    act: async (page) => {
      const way = page.locator(".gal .page").first();
      await way.hover();
      assert.equal(await way.getAttribute("title"), "About Razorpay");
      await page.getByLabel("Search services").fill("slack");
      await page.getByRole("status").getByText("1 service").waitFor();
      assert.equal(await way.getAttribute("title"), null, "nothing of the one before");
      await page.mouse.move(5, 5);
      await way.hover();
      assert.equal(await way.getAttribute("title"), "About Slack");
      await page.mouse.move(5, 5);
      assert.equal(await way.getAttribute("title"), null);
    },
  },
  "gallery: hundreds are drawn as one scrolls, and the keyboard gets to the last": {
    path: "index.html?services=500#/new-connection",
    act: async (page) => {
      await page.getByRole("navigation", { name: "Categories" }).getByRole("button", { name: /^OAuth sign-in/ }).click();
      await page.locator(".tag").waitFor();
      const drawn = (await names(page)).length;
      const of = Number(await page.locator(".gal h2 .n").first().textContent());
      assert.ok(drawn < of, `${drawn} of ${of} at first`);
      await page.locator(".tile").first().focus();
      await page.keyboard.press("End");
      await until(page, (all) => document.querySelectorAll(".gal .tile").length >= all, of);
      assert.ok((await focus(page)).text, "the last one has the focus");
    },
  },
  "service: its page is reached by pointer, and leads to a connection for the application that asked": {
    path: "index.html?x=1#/new-connection//app-library",
    act: async (page) => {
      await page.getByLabel("Search services").fill("zoho crm");
      await page.getByRole("link", { name: "About Zoho CRM" }).click();
      await page.getByRole("heading", { name: "What it needs" }).waitFor();
      await page.getByText("A client ID and secret of your own at Zoho CRM").waitFor();
      await page.getByText("ZohoCRM.modules.ALL").waitFor();
      await page.getByRole("radio", { name: /^Read only/ }).click();
      await until(page, () => ![...document.querySelectorAll("code")].some((one) => one.textContent === "ZohoCRM.modules.ALL"));
      await button(page, "New connection").click();
      await page.getByText("Made for").waitFor();
      assert.match(page.url(), /zoho_crm\/app-library$/);
    },
  },
  "service: its scopes say which page lists them, and a custom connector's that none is named": {
    path: "index.html?x=1#/service/zoho_crm",
    act: async (page) => {
      const scopes = page.getByRole("region", { name: "Scopes" });
      await scopes.getByText("Listed at").first().waitFor();
      const pages = scopes.getByRole("button", { name: /^www\.zoho\.com\/crm\/.*\(opens in your browser\)$/ });
      assert.equal(await pages.count(), 2, "each page once, above what it lists");
      await pages.first().click();
      await page.getByRole("radio", { name: /^Read only/ }).click();
      await until(page, () => document.querySelectorAll("section[aria-labelledby=scopes] .who").length === 1);
      await page.goto(`${page.url().split("#")[0]}#/service/kura_archive`);
      await page.getByRole("region", { name: "Scopes" }).getByText("No page is named that lists them").waitFor();
    },
  },
  "service: one whose wire is unknown says so, and sets nothing up": {
    path: "index.html?x=1#/new-connection",
    act: async (page) => {
      await page.getByRole("heading", { name: "Wire unknown" }).waitFor();
      await page.getByRole("link", { name: /^SMS-Magic/ }).click();
      await page.getByText("How to connect to SMS-Magic is not known").waitFor();
      await page.getByRole("heading", { name: "What is known" }).waitFor();
      assert.equal(await button(page, "New connection").count(), 0, "there is nothing to set up");
      await page.getByRole("button", { name: /^pipedream\.com/ }).click();
      await page.keyboard.press("Control+Enter");
      await page.getByRole("heading", { name: "SMS-Magic", exact: true }).waitFor();
    },
  },
  "service: a payment service says where it is offered, and why not here": {
    path: "index.html?x=1&country=DE#/service/razorpay",
    act: async (page) => {
      const facts = page.getByRole("complementary", { name: "At a glance" });
      const countries = facts.locator("dt", { hasText: "Countries" }).locator("xpath=following-sibling::dd[1]");
      await page.locator("[data-refused]").getByText("Razorpay is not offered in the workspace’s country (DE).").waitFor();
      assert.equal(await button(page, "New connection").count(), 0, "R8: what would be refused is not offered");
      assert.equal(await countries.textContent(), "India, Malaysia, Singapore, United States", "its pages list them");
      await page.goto(page.url().replace(/#.*/, "#/service/stripe_connect"));
      await page.getByRole("heading", { name: "Stripe Connect", exact: true }).waitFor();
      assert.equal(await countries.textContent(), "Not stated by its pages", "no guess");
      await button(page, "New connection").waitFor();
      assert.equal(await page.locator("[data-refused]").count(), 0, "nobody can say that it is not offered here");
      await page.goto(page.url().replace(/#.*/, "#/settings"));
      await page.getByLabel("Country").selectOption({ label: "India" });
      await page.getByRole("form", { name: "Availability" }).getByRole("button", { name: "Save" }).click();
      await page.goto(page.url().replace(/#.*/, "#/service/razorpay"));
      await button(page, "New connection").waitFor();
      assert.equal(await page.locator("[data-refused]").count(), 0, "here it is offered");
    },
  },
  "service: what its pages say of PKCE is told from what they do not say": {
    path: "index.html?x=1#/service/zoho_crm",
    act: async (page) => {
      const pkce = page.locator("dt", { hasText: "PKCE" }).locator("xpath=following-sibling::dd[1]");
      for (const [id, name, said] of [
        ["zoho_crm", "Zoho CRM", "yes, S256"],
        ["slack", "Slack", "not supported, as its pages say"],
        ["quickbooks", "QuickBooks", "not used: its pages do not mention it"],
      ]) {
        await page.goto(page.url().replace(/#.*/, `#/service/${id}`));
        await page.getByRole("heading", { name, exact: true }).waitFor();
        assert.equal(await pkce.textContent(), said, name);
      }
    },
  },
  "service: a retired one leads to what followed, and connections lead to themselves": {
    path: "index.html?x=1#/service/payflow",
    act: async (page) => {
      await page.getByText("It ended on 26 Sep 2024 and accepts nothing any more.").waitFor();
      assert.equal(await page.getByRole("heading", { name: "What it needs" }).count(), 0, "nobody needs it any more");
      await page.getByRole("link", { name: /^Old store checkout/ }).waitFor();
      await page.getByRole("link", { name: "Razorpay", exact: true }).click();
      await page.getByRole("heading", { name: "Razorpay", exact: true }).waitFor();
      await page.getByRole("link", { name: /^Shop payments/ }).click();
      await page.getByRole("heading", { name: "Shop payments" }).waitFor();
    },
  },
};
