// Which rows of a long list are drawn. Rows have one height, so a place is arithmetic.

export const ROW = 36;
export const HEAD = 26;
/** Rows drawn beyond each edge, so that a fast wheel does not show the ground. */
const BEYOND = 6;

/** A group of rows under one head. `total` counts rows that may not have been loaded yet. */
export interface Group {
  total: number;
  open: boolean;
  /** Drawn with a head of its own. */
  headed: boolean;
}

/** One line of the list: the head of a group, or its n-th row. */
export interface Line {
  group: number;
  /** `-1` for the head. */
  row: number;
  /** Pixels from the top of the list. */
  y: number;
}

const headOf = (group: Group): number => (group.headed ? HEAD : 0);
const rowsOf = (group: Group): number => (group.open ? group.total : 0);

/** Height of everything, drawn or not. */
export function heightOf(groups: Group[]): number {
  return groups.reduce((sum, group) => sum + headOf(group) + rowsOf(group) * ROW, 0);
}

/** Lines there are, heads included. */
export function countOf(groups: Group[]): number {
  return groups.reduce((sum, group) => sum + (group.headed ? 1 : 0) + rowsOf(group), 0);
}

/** The n-th line, or `null` beyond the end. */
export function lineAt(groups: Group[], index: number): Line | null {
  let rest = index;
  let y = 0;
  for (const [at, group] of groups.entries()) {
    if (group.headed) {
      if (rest === 0) return { group: at, row: -1, y };
      rest -= 1;
    }
    const rows = rowsOf(group);
    if (rest >= 0 && rest < rows) return { group: at, row: rest, y: y + headOf(group) + rest * ROW };
    rest -= rows;
    y += headOf(group) + rows * ROW;
  }
  return null;
}

/** The place of a line among all. */
export function indexOf(groups: Group[], line: { group: number; row: number }): number {
  let before = 0;
  for (const [at, group] of groups.entries()) {
    const head = group.headed ? 1 : 0;
    if (at === line.group) return before + (line.row < 0 ? 0 : head + line.row);
    before += head + rowsOf(group);
  }
  return -1;
}

/** Lines that touch the part of the list in sight, and a few beyond. */
export function windowOf(groups: Group[], top: number, height: number): Line[] {
  const from = top - BEYOND * ROW;
  const to = top + height + BEYOND * ROW;
  const lines: Line[] = [];
  let y = 0;
  for (const [at, group] of groups.entries()) {
    if (group.headed && y + HEAD > from && y < to) lines.push({ group: at, row: -1, y });
    const start = y + headOf(group);
    const rows = rowsOf(group);
    const first = Math.max(0, Math.floor((from - start) / ROW));
    const last = Math.min(rows - 1, Math.floor((to - start) / ROW));
    for (let row = first; row <= last; row += 1) lines.push({ group: at, row, y: start + row * ROW });
    y = start + rows * ROW;
  }
  return lines;
}
