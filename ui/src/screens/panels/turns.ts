// Panels of a page ask for their data a few at a time: a service that is asked for twenty things at
// once answers none of them soon.
const AT_ONCE = 4;
let under = 0;
const waiting: (() => void)[] = [];

/** Waits for its turn; what is called at the end lets the next one begin. */
export async function turn(): Promise<() => void> {
  if (under >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  under += 1;
  let over = false;
  return () => {
    if (over) return;
    over = true;
    under -= 1;
    waiting.shift()?.();
  };
}
