import { describe, expect, it } from "vitest";
import { colored } from "../../src/parts/json";
import { announced } from "../../src/screens/flow/countdown";

const whole = (text: string): string => colored(text).map(([, piece]) => piece).join("");

describe("shown JSON", () => {
  it("tells keys, strings and numbers apart", () => {
    expect(colored('{"a": "b", "n": -1.5e3, "t": true}').filter(([kind]) => kind)).toEqual([["k", '"a"'], ["v", '"b"'], ["k", '"n"'], ["d", "-1.5e3"], ["k", '"t"'], ["d", "true"]]);
  });

  it.each(['{"a": "quote \\" and : colon"}', '{"broken": "no end', "", "plain words", '{"x":"日本語"}', "<html>"])("never changes the text: %s", (text) => {
    expect(whole(text), "what is not JSON shows as it is").toBe(text);
  });

  it("stays plain where it is long", () => {
    const long = JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ i })));
    expect(colored(long)).toEqual([["", long]]);
  });
});

describe("the countdown", () => {
  it("is read aloud at 60, 30 and 10 seconds only", () => {
    const said: number[] = [];
    for (let at = 90_000; at > 0; at -= 250) {
      const seconds = announced(at, at - 250);
      if (seconds !== null) said.push(seconds);
    }
    expect(said, "each second would drown everything else").toEqual([60, 30, 10]);
  });

  it("skips none after sleep", () => {
    expect(announced(70_000, 20_000), "the nearest crossed is told").toBe(60);
    expect(announced(20_000, 19_000)).toBeNull();
  });
});
