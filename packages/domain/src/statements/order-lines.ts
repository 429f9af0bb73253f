import type { StatementLine } from "./statement-lines.ts";

/**
 * Lines of one service period as people look for them: by term, in the order that they come in, and within
 * a term by the values of its dimensions. The values of a tuple come in the order of their names.
 */
export function orderLines(
  lines: readonly StatementLine[],
  valuesOf: (tuple: number) => readonly string[],
): StatementLine[] {
  const terms = [...new Set(lines.map(({ term }) => term))];
  const places = new Map(terms.map((term, place) => [term, place]));
  const keyed = lines.map((line) => {
    return { line, place: places.get(line.term)!, values: valuesOf(line.tuple) };
  });
  keyed.sort((a, b) => a.place - b.place || compareValues(a.values, b.values));
  return keyed.map(({ line }) => line);
}

/** By code points, so that the order is the same on every machine. */
function compareValues(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    if (a[at]! !== b[at]!) return a[at]! < b[at]! ? -1 : 1;
  }
  return a.length - b.length;
}
