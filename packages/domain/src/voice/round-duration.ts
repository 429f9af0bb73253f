/** How a duration becomes whole seconds (handbook §2.3); `none` keeps its milliseconds. */
export type DurationRounding = "none" | "up" | "nearest" | "down";

const SECOND = 1000;

/** Milliseconds in, milliseconds out. Half a second goes up: 61,500 ms are 62 s by `nearest`. */
export function roundDuration(milliseconds: number, rounding: DurationRounding): number {
  const part = milliseconds % SECOND;
  if (rounding === "none" || part === 0) return milliseconds;
  const down = milliseconds - part;
  if (rounding === "down") return down;
  return rounding === "up" || part >= SECOND / 2 ? down + SECOND : down;
}
