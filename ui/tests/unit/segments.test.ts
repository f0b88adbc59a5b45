import { describe, expect, it } from "vitest";
import { countOf } from "../../src/screens/send/segments";

describe("parts of a text message (3GPP TS 23.038)", () => {
  it("are counted as the networks count them", () => {
    for (const [text, parts, encoding] of [
      ["a".repeat(160), 1, "GSM-7"], ["a".repeat(161), 2, "GSM-7"], ["a".repeat(306), 2, "GSM-7"], ["a".repeat(307), 3, "GSM-7"],
      // The extension table takes two septets each.
      ["€".repeat(80), 1, "GSM-7"], ["€".repeat(81), 2, "GSM-7"],
      ["あ".repeat(70), 1, "UCS-2"], ["あ".repeat(71), 2, "UCS-2"], ["あ".repeat(134), 2, "UCS-2"], ["あ".repeat(135), 3, "UCS-2"],
      // Outside the basic plane: two units each.
      ["😀".repeat(35), 1, "UCS-2"], ["😀".repeat(36), 2, "UCS-2"],
    ] as const) {
      const counted = countOf(text);
      expect([counted?.parts, counted?.encoding], `${text.slice(0, 2)} × ${[...text].length}`).toEqual([parts, encoding]);
    }
  });

  it("say which character takes a text out of GSM 03.38", () => {
    expect(countOf("See you at 10’o clock")?.beyond).toBe("’");
    expect(countOf("Grüße: 10 €")?.beyond).toBeNull();
    expect(countOf("")).toBeNull();
  });
});
