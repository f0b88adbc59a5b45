import { describe, expect, it } from "vitest";
import { setLocale } from "../../src/i18n/i18n.svelte";
import { read, sentence, write } from "../../src/screens/schedules/cron";
import { inZone } from "../../src/screens/schedules/times";

const cron = (expression: string): { kind: "cron"; expression: string } => ({ kind: "cron", expression });

describe("a schedule's expression", () => {
  it("reads as a sentence in both languages where it is a common one", () => {
    const told: [string, string, string][] = [
      ["* * * * *", "Every minute", "1分ごと"],
      ["*/15 * * * *", "Every 15 minutes", "15分ごと"],
      ["0 * * * *", "Every hour, on the hour", "毎時0分"],
      ["@hourly", "Every hour, on the hour", "毎時0分"],
      ["5 * * * *", "Every hour, at minute 5", "毎時5分"],
      ["30 2 * * *", "Every day at 02:30", "毎日02:30"],
      ["0 9 * * MON-FRI", "Monday to Friday at 09:00", "月曜日から金曜日の09:00"],
      ["0  9 * * 7,1", "Every Monday, Sunday at 09:00", "毎週月曜日、日曜日の09:00"],
      ["0 9 15 * *", "On day 15 of every month at 09:00", "毎月15日の09:00"],
      ["0 9 L * *", "On the last day of every month at 09:00", "毎月末日の09:00"],
    ];
    for (const [expression, english, japanese] of told) {
      setLocale("en");
      expect(sentence(cron(expression)), expression).toBe(english);
      setLocale("ja");
      expect(sentence(cron(expression)), expression).toBe(japanese);
    }
    setLocale("en");
  });

  it("is shown as it is where a sentence would say something else", () => {
    for (const other of ["*/7 * * * *", "0 9 * 1 *", "0 9 1 * 1", "0 9-17 * * *", "0 9 15W * *", "0 9 * * 5#2", "0 9 * *", "60 * * * *", ""]) {
      expect(sentence(cron(other)), other).toBeNull();
      expect(write(read(cron(other))), "and kept as it was").toEqual(cron(other));
    }
  });

  it("comes back from the form as it went in", () => {
    for (const same of ["* * * * *", "*/30 * * * *", "5 * * * *", "30 2 * * *", "0 9 * * 1-5", "0 9 * * 1,3,0", "0 9 31 * *", "0 9 L * *"]) {
      expect(write(read(cron(same)))).toEqual(cron(same));
    }
    const once = { kind: "once", at: "2026-11-27T08:00" } as const;
    expect(write(read(once))).toEqual(once);
  });
});

describe("a time on another wall", () => {
  it("is told in the language in use, and not at all where nobody knows the place", () => {
    const at = Date.UTC(2026, 2, 29, 1, 0);
    expect(inZone(at, "Europe/Berlin")).toBe("Sun 29 Mar, 03:00");
    setLocale("ja");
    expect(inZone(at, "Asia/Tokyo")).toBe("3月29日(日) 10:00");
    setLocale("en");
    expect(inZone(at, "Mars/Base")).toBeNull();
  });
});
