// Texts with fields in braces: "New order of {name}". Two braces are one that stands for itself.

/** The names in braces, each once, in their order. */
export function namesIn(text: string): string[] {
  const names: string[] = [];
  for (const match of text.matchAll(/\{\{|\}\}|\{([^{}]*)\}/g)) if (match[1] !== undefined && !names.includes(match[1])) names.push(match[1]);
  return names;
}

/** Those that are no field. */
export const unknownIn = (text: string, fields: readonly { name: string }[]): string[] => namesIn(text).filter((name) => !fields.some((field) => field.name === name));

/** The text with a field put in at a place, and where to go on typing. */
export function putIn(text: string, name: string, from: number, to: number): { text: string; at: number } {
  const put = `{${name}}`;
  return { text: `${text.slice(0, from)}${put}${text.slice(to)}`, at: from + put.length };
}

/** The text with a field by another name. */
export const withName = (text: string, from: string, to: string): string =>
  text.replaceAll(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, name: string | undefined) => (name === from ? `{${to}}` : whole));
