import type { Step } from "./explained.ts";

/** Steps one below the other, names aligned, with where each is recorded. */
export function trace(steps: readonly Step[]): string {
  const width = Math.max(0, ...steps.map(({ name }) => name.length));
  return steps
    .map(({ name, value, from }) => {
      return `  ${name.padEnd(width)}  ${value}${from === undefined ? "" : `  [${from}]`}`;
    })
    .join("\n");
}
