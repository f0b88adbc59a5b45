import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}
const sources = files("src").filter((path) => /\.(ts|svelte|css)$/.test(path));
const having = (pattern: RegExp): string[] => sources.filter((path) => pattern.test(readFileSync(path, "utf8")));

describe("the house", () => {
  it("reaches the program through one file", () => {
    expect(having(/@tauri-apps/).filter((path) => !path.endsWith("backend/tauri.ts")), "screens must run in a plain browser too").toEqual([]);
  });

  it("imports the fake program nowhere but through the alias", () => {
    expect(having(/from "[^"]*backend\/fake"/), "the shipped bundle must not hold it").toEqual([]);
  });

  it("needs no inline style, which the policy forbids", () => {
    expect(having(/\sstyle="/), "style: directives set properties, attributes are blocked").toEqual([]);
  });

  it("names colors in one file only", () => {
    const colored = having(/#[0-9a-f]{3,8}\b|rgba?\(|oklch\(/i).filter((path) => /\.(css|svelte)$/.test(path) && !path.endsWith("tokens.css"));
    const real = colored.filter((path) => /:\s*[^;{}]*(#[0-9a-f]{6}\b|rgba?\(|oklch\()/i.test(readFileSync(path, "utf8")));
    expect(real, "a theme is one file").toEqual([]);
  });

  it("asks no engine for its language: it can be \"C\", which Intl refuses", () => {
    const asking = having(/navigator\.language/);
    expect(asking, "but for the one place that gives a library, which asks it, a language").toEqual(["src/screens/panels/drawing.ts"]);
  });

  it("keeps files readable in one sitting", () => {
    const long = sources.filter((path) => !path.endsWith("bindings.ts") && readFileSync(path, "utf8").split("\n").length > 600);
    expect(long).toEqual([]);
  });
});
