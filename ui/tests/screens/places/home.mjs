// Home, and what is told where the program cannot start.
import { main, see, settle } from "../standing.mjs";

export const places = [
  { name: "home", path: "index.html?x=1#/home", ...main, ready: see(".todo") },
  { name: "home-1024", path: "index.html?x=1#/home", options: { width: 1024, height: 768 }, ready: see(".todo") },
  { name: "home-unreadable", path: "index.html?unreadable=1&aside=1#/home", ...main, ready: see('.fails code') },
  { name: "home-crowded", path: "index.html?crowded=1#/home", options: { width: 1280, height: 1000 }, ready: see(".crowded li") },
  { name: "broken-damaged", path: "index.html?broken=damaged", ...main, ready: see(".ways .btn") },
  {
    name: "broken-aside", path: "index.html?broken=damaged", ...main,
    ready: async (page) => {
      await page.locator(".ways .btn").last().click();
      await page.locator("dialog[open] .danger").waitFor();
      await settle(page);
    },
  },
  { name: "home-quiet", path: "index.html?home=quiet#/home", ...main, ready: see(".well-done") },
];
