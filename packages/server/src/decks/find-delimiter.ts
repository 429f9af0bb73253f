import { Refusal } from "@counterpart/domain/refusals.ts";

const CANDIDATES = [",", ";", "\t", "|"] as const;
const LINES_LOOKED_AT = 50;

/**
 * What separates the columns: the mark that cuts most of the first lines into the same number of
 * them, the larger one of two. Marks inside quotes do not count. Refuses `deck.delimiter-unclear`.
 */
export function findDelimiter(text: string): string {
  const lines = text
    .slice(0, 65_536)
    .split(/\r\n|\n|\r/)
    .slice(0, LINES_LOOKED_AT)
    .filter((line) => line.trim() !== "")
    .map((line) => line.replace(/"(?:[^"]|"")*"/g, ""));
  let best: { delimiter: string; alike: number; columns: number } | null = null;
  for (const delimiter of CANDIDATES) {
    const counts = lines.map((line) => line.split(delimiter).length);
    const columns = mostCommon(counts.filter((count) => count > 1));
    if (columns === 0) continue;
    const alike = counts.filter((count) => count === columns).length;
    const isBetter =
      best === null || alike > best.alike || (alike === best.alike && columns > best.columns);
    if (isBetter) best = { delimiter, alike, columns };
  }
  if (best === null) {
    const [first = ""] = lines;
    throw new Refusal("deck.delimiter-unclear", { firstLine: first.slice(0, 80) });
  }
  return best.delimiter;
}

function mostCommon(counts: readonly number[]): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  const [common] = [...times].sort(([, a], [, b]) => b - a);
  return common?.[0] ?? 0;
}
