const NEAR_MAX = 3;

/**
 * Names that one may have been meant to be, the likeliest first, at most three: those that hold it
 * (`account-unknown`), then those that a third of its letters or fewer tell apart.
 */
export function nearNames(name: string, names: readonly string[]): readonly string[] {
  const farthest = Math.max(2, Math.floor(name.length / 3));
  return names
    .map((one) => ({ one, far: one.includes(name) ? 0 : distance(name, one) }))
    .filter(({ far }) => far <= farthest)
    .sort((a, b) => a.far - b.far)
    .slice(0, NEAR_MAX)
    .map(({ one }) => one);
}

/** Letters to put in, take out or change (Levenshtein). */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const line = [row];
    for (let at = 1; at <= to.length; at++) {
      const change = above[at - 1]! + (from[row - 1] === to[at - 1] ? 0 : 1);
      line.push(Math.min(change, above[at]! + 1, line[at - 1]! + 1));
    }
    above = line;
  }
  return above[to.length]!;
}
