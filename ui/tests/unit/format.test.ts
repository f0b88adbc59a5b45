import { beforeEach, describe, expect, it } from "vitest";
import { ago, bytes, clock, countdown, date, daysUntil, duration, left, longDay, precise } from "../../src/i18n/format";
import { setLocale, t, tn } from "../../src/i18n/i18n.svelte";

const NOW = new Date(2026, 10, 23, 15, 30, 12, 45).getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("times", () => {
  beforeEach(() => setLocale("en"));

  it.each([
    [null, "Never"], [NOW - 20_000, "Just now"], [NOW - 12 * MINUTE, "12 min ago"], [NOW - 3 * HOUR, "3 h ago"],
    [NOW - 26 * HOUR, "Yesterday"], [NOW - 9 * DAY, "9 days ago"], [new Date(2024, 8, 26).getTime(), "Sep 2024"],
    [NOW + MINUTE, "Just now"],
  ])("near times are relative: %s is %s", (at, words) => {
    expect(ago(at, NOW), "as the list writes it").toBe(words);
  });

  it("says yesterday for a late evening seen in the morning, and hours for a few hours across midnight", () => {
    const morning = new Date(2026, 10, 23, 8, 0).getTime();
    expect(ago(new Date(2026, 10, 22, 20, 0).getTime(), morning), "twelve hours and a midnight").toBe("Yesterday");
    expect(ago(new Date(2026, 10, 22, 23, 30).getTime(), new Date(2026, 10, 23, 1, 45).getTime()), "two hours are two hours").toBe("2 h ago");
  });

  it("speaks Japanese", () => {
    setLocale("ja");
    expect(ago(NOW - 12 * MINUTE, NOW)).toBe("12分前");
    expect(date(NOW)).toBe("2026年11月23日");
    expect(left(NOW + 42 * MINUTE, NOW)).toBe("残り42分");
  });

  it("counts what is left", () => {
    expect(left(NOW + 42 * MINUTE, NOW)).toBe("42 min left");
    expect(left(NOW + 5 * DAY, NOW)).toBe("5 days left");
    expect(left(NOW + 30_000, NOW)).toBe("under a minute left");
    expect(left(NOW - 1, NOW), "a past time never shows as negative").toBe("ended");
    expect(daysUntil(NOW - DAY, NOW), "nor a past day").toBe(0);
  });

  it("writes dates day first, with three-letter months", () => {
    expect(date(new Date(2026, 8, 3).getTime()), "engines differ between Sep and Sept").toBe("3 Sep 2026");
    expect(longDay(NOW)).toBe("Monday 23 November");
    expect(clock(NOW, NOW)).toBe("15:30");
    expect(clock(NOW - 9 * DAY, NOW)).toBe("14 Nov, 15:30");
    expect(precise(NOW)).toBe("15:30:12.045");
  });

  it("counts down to 0:00 exactly at the end", () => {
    expect(countdown(84_000)).toBe("1:24");
    expect(countdown(1), "a millisecond is still time").toBe("0:01");
    expect(countdown(0)).toBe("0:00");
    expect(countdown(-5000), "never below").toBe("0:00");
  });

  it("writes sizes and durations", () => {
    expect([bytes(512), bytes(1234), bytes(3_400_000)]).toEqual(["512 B", "1.2 kB", "3.4 MB"]);
    expect([duration(84), duration(1240)]).toEqual(["84 ms", "1.24 s"]);
  });
});

describe("messages", () => {
  it("choose the singular in English only", () => {
    setLocale("en");
    expect(tn("ui.scopes.chosen", 1)).toBe("1 chosen");
    expect(tn("ui.revoke.stops", 1)).toBe("1 use stops");
    expect(tn("ui.revoke.stops", 3)).toBe("3 uses stop");
    setLocale("ja");
    expect(tn("ui.revoke.stops", 1)).toBe("1件の利用が止まります");
  });

  it("do not expand what stands in a value", () => {
    setLocale("en");
    expect(t("ui.home.authorize", { name: "{name} {n}" }), "a name with braces is a name").toBe("Authorize {name} {n}");
  });

  it("set the language of the document", () => {
    setLocale("ja");
    expect(document.documentElement.lang, "fonts and screen readers go by it").toBe("ja");
  });
});
