import { describe, expect, it } from "vitest";
import { setLocale } from "../../src/i18n/i18n.svelte";
import { length } from "../../src/screens/service/length";

describe("how long something lasts", () => {
  it("is said in the largest unit that tells it whole", () => {
    setLocale("en");
    expect([3600, 7200, 86_400, 8_640_000, 600, 5400, 45].map(length)).toEqual(["1 hour", "2 hours", "1 day", "100 days", "10 minutes", "90 minutes", "45 seconds"]);
  });

  it("is said in Japanese, too", () => {
    setLocale("ja");
    expect(length(3600).replace(/\s/g, "")).toBe("1時間");
    setLocale("en");
  });
});
