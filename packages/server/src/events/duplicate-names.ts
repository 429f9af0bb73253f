/**
 * Names that stand twice in one object of a JSON text. Every parser takes them, one the first value and one
 * the last, so that two systems may read two events.
 */

/** Deeper than data may be: names that are nested deeper are left out. */
const DEPTH_COUNTED_MAX = 40;

/** How many names the objects of a value have: fewer than its text, if one stood twice. */
export function countNames(value: object, depth = 0): number {
  if (depth === DEPTH_COUNTED_MAX) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (isObject(item)) count += countNames(item, depth + 1);
    return count;
  }
  for (const name in value) {
    count++;
    const inner = (value as Record<string, unknown>)[name];
    if (isObject(inner)) count += countNames(inner, depth + 1);
  }
  return count;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The first name that stands twice in one object of a text that is JSON; null for none. */
export function findDuplicateName(text: string): string | null {
  const open: Set<string>[] = [];
  let quotedFrom = 0;
  let quotedTo = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      quotedFrom = at;
      at = endOfText(text, at);
      quotedTo = at + 1;
    } else if (code === OPEN_BRACE) open.push(new Set());
    else if (code === CLOSE_BRACE) open.pop();
    else if (code === COLON) {
      const name = String(JSON.parse(text.slice(quotedFrom, quotedTo)));
      const names = open.at(-1)!;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return null;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function endOfText(text: string, quote: number): number {
  let at = quote + 1;
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
