/** Prefixes that one cell of an operator's price list may name at most. */
export const PREFIXES_PER_CELL_MAX = 10_000;

const DIGITS_MAX = 15;

export type ExpandedPrefixes =
  | { readonly prefixes: readonly string[] }
  | {
      readonly problem: "malformed" | "backwards" | "too-many" | "too-long";
      readonly text: string;
    };

const ITEM = /^\+?(\d+)(?:\s*[-–]\s*\+?(\d+))?$/;

/**
 * The prefixes of a cell such as `44, 4420-4425; 4470`: a list with commas, semicolons, bars or
 * slashes, in which a range stands for each prefix from its first to its last. The last may be cut
 * to the digits that differ (`4420-25`), and leading zeros stay (`020-029`). `lead`, a country code
 * from a column of its own, is put before each; a cell that is empty then means the lead itself.
 */
export function expandPrefixes(text: string, lead = ""): ExpandedPrefixes {
  const items = text.split(/[,;|/]/).map((item) => item.trim());
  if (lead !== "" && text.trim() === "") return checked([lead]);
  const prefixes: string[] = [];
  for (const item of items) {
    // Lists often end in a comma.
    if (item === "" && items.length > 1) continue;
    const [, first, last] = ITEM.exec(item) ?? [];
    if (first === undefined) return { problem: "malformed", text: item };
    const range = last === undefined ? [first] : rangeOf(first, last);
    if ("problem" in range) return { problem: range.problem, text: item };
    prefixes.push(...range.map((digits) => lead + digits));
    if (prefixes.length > PREFIXES_PER_CELL_MAX) return { problem: "too-many", text: item };
  }
  return prefixes.length === 0 ? { problem: "malformed", text: text.trim() } : checked(prefixes);
}

function checked(prefixes: readonly string[]): ExpandedPrefixes {
  const long = prefixes.find((prefix) => prefix.length > DIGITS_MAX);
  return long === undefined ? { prefixes } : { problem: "too-long", text: long };
}

function rangeOf(
  first: string,
  last: string,
): readonly string[] | { readonly problem: "malformed" | "backwards" | "too-many" | "too-long" } {
  if (first.length > DIGITS_MAX) return { problem: "too-long" };
  if (last.length > first.length) return { problem: "malformed" };
  const end = Number(first.slice(0, first.length - last.length) + last);
  const start = Number(first);
  if (end < start) return { problem: "backwards" };
  if (end - start >= PREFIXES_PER_CELL_MAX) return { problem: "too-many" };
  return Array.from({ length: end - start + 1 }, (_, n) => {
    return String(start + n).padStart(first.length, "0");
  });
}
