// Which rows of a very long sheet are in sight. They have one height, so a place is arithmetic; but
// no browser makes an element as high as it is told (WebKit and Chromium count 1/64 pixels in 32
// bits): where all of them together would be higher, the bar moves over them faster.

export const ROW = 30;
/** The highest the rows together are made, in pixels: a million of them still move by themselves. */
const HIGHEST = 30_000_000;
/** Rows drawn beyond each edge, so that a fast wheel does not show the ground. */
const BEYOND = 8;

/** How high the rows together are. */
export const heightOf = (total: number): number => Math.min(total * ROW, HIGHEST);

/** Pixels of rows that one pixel of the bar stands for. */
function pace(total: number, height: number): number {
  const way = heightOf(total) - height;
  return way <= 0 ? 1 : Math.max(1, (total * ROW - height) / way);
}

/** Where a row is drawn, with the bar at `top`; one far out of sight at the edge, so that it makes nothing longer. */
export const drawnAt = (row: number, top: number, total: number, height: number): number => Math.min(heightOf(total) - ROW, Math.max(0, top + row * ROW - top * pace(total, height)));

/** The first and the last row in sight, `null` where there is none. */
export function inSight(top: number, height: number, total: number): [number, number] | null {
  if (total === 0) return null;
  const from = top * pace(total, height);
  const first = Math.min(total - 1, Math.max(0, Math.floor(from / ROW)));
  return [first, Math.max(first, Math.min(total - 1, Math.ceil((from + height) / ROW) - 1))];
}

/** Those that are drawn. */
export function drawn(top: number, height: number, total: number): number[] {
  const sight = inSight(top, height, total);
  if (sight === null) return [];
  const first = Math.max(0, sight[0] - BEYOND);
  return Array.from({ length: Math.min(total - 1, sight[1] + BEYOND) - first + 1 }, (_, i) => first + i);
}

/** Where the bar is so that a row is whole in sight, moved no more than it takes. */
export function toSee(row: number, top: number, total: number, height: number): number {
  const by = pace(total, height);
  if (row * ROW < top * by) return (row * ROW) / by;
  if ((row + 1) * ROW > top * by + height) return ((row + 1) * ROW - height) / by;
  return top;
}
