import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { tint } from "../../src/parts/station";

type Rgb = [number, number, number];

const cube = (x: number): number => x * x * x;
const cut = (x: number): number => Math.min(1, Math.max(0, x));

/** OKLCH to linear sRGB (CSS Color 4), cut to what a screen can show. */
function linear(l: number, c: number, h: number): Rgb {
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const [L, M, S] = [cube(l + 0.3963377774 * a + 0.2158037573 * b), cube(l - 0.1055613458 * a - 0.0638541728 * b), cube(l - 0.0894841775 * a - 1.291485548 * b)];
  return [cut(4.0767416621 * L - 3.3077115913 * M + 0.2309699292 * S), cut(-1.2684380046 * L + 2.6097574011 * M - 0.3413193965 * S), cut(-0.0041960863 * L - 0.7034186147 * M + 1.707614701 * S)];
}
const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const contrast = (one: Rgb, other: Rgb): number => {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};

/** Lightness and chroma of a token in both themes. */
function token(name: string): [light: [number, number], dark: [number, number]] {
  const css = readFileSync("src/styles/tokens.css", "utf8");
  const found = new RegExp(`${name}: light-dark\\(oklch\\(([\\d.]+) ([\\d.]+) [^)]*\\)\\), oklch\\(([\\d.]+) ([\\d.]+) `).exec(css);
  if (!found) throw new Error(`no ${name}`);
  const [, a, b, c, d] = found.map(Number);
  return [[a ?? 0, b ?? 0], [c ?? 0, d ?? 0]];
}

describe("a service's monogram", () => {
  it("has a rule for each hue it may be given", () => {
    const css = readFileSync("src/styles/tokens.css", "utf8");
    for (let hue = 0; hue < 360; hue += 1) {
      const at = Number(tint(hue).slice("hue-".length));
      expect(css, `hue ${hue}`).toContain(`.${tint(hue)} { --hue: ${at}; }`);
      expect(Math.min(Math.abs(hue - at), 360 - Math.abs(hue - at)), "the nearest").toBeLessThanOrEqual(8);
    }
  });

  it.each(["light", "dark"] as const)("can be read in every hue, %s", (theme) => {
    const at = theme === "light" ? 0 : 1;
    const [ground, letters] = [token("--mono-bg")[at], token("--mono-fg")[at]];
    for (let hue = 0; hue < 360; hue += 1) {
      expect(contrast(linear(...ground, hue), linear(...letters, hue)), `hue ${hue}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});
