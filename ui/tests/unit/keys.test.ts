import { describe, expect, it } from "vitest";
import { shortcut } from "../../src/keys";

function press(key: string, init: KeyboardEventInit & { keyCode?: number } = {}, target: HTMLElement = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  if (init.keyCode) Object.defineProperty(event, "keyCode", { value: init.keyCode });
  Object.defineProperty(event, "target", { value: target });
  return event;
}
const input = (type: string): HTMLInputElement => Object.assign(document.createElement("input"), { type });

describe("shortcuts", () => {
  it("are single keys outside fields", () => {
    expect(shortcut(press("n"))).toBe("n");
    expect(shortcut(press("A", { shiftKey: true })), "with caps lock on too").toBe("a");
    expect(shortcut(press("/"))).toBe("/");
  });

  it("are off in fields, but not on check boxes", () => {
    expect(shortcut(press("n", {}, input("text"))), "it is being typed").toBeNull();
    expect(shortcut(press("n", {}, document.createElement("textarea")))).toBeNull();
    expect(shortcut(press("n", {}, document.createElement("select"))), "it chooses an option").toBeNull();
    expect(shortcut(press("n", {}, input("checkbox")))).toBe("n");
  });

  it("keep Escape and the modified ones in fields", () => {
    expect(shortcut(press("Escape", {}, input("search")))).toBe("Escape");
    expect(shortcut(press("k", { ctrlKey: true }, input("text")))).toBe("mod+k");
    expect(shortcut(press("Enter", { ctrlKey: true }, input("text")))).toBe("mod+Enter");
  });

  it("are off while an input method composes, the key that ends it included", () => {
    expect(shortcut(press("Enter", { isComposing: true })), "Enter chooses a candidate").toBeNull();
    expect(shortcut(press("Escape", { keyCode: 229 })), "WebKit has ended the composition already").toBeNull();
  });

  it("leave the desktop's own alone", () => {
    expect(shortcut(press("n", { altKey: true }))).toBeNull();
    expect(shortcut(press("k", { ctrlKey: true, altKey: true })), "AltGr").toBeNull();
    expect(shortcut(press("Tab"))).toBeNull();
  });
});
