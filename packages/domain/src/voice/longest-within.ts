import { assert } from "../assert.ts";

/**
 * The longest of 0 to `max` seconds that is within limits, where none is after one that is not. Asks about as
 * often as `max` has binary digits; 0 is not asked about.
 */
export function longestWithin(isWithin: (seconds: number) => boolean, max: number): number {
  assert(Number.isSafeInteger(max) && max >= 0, "a call lasts whole seconds");
  let within = 0;
  let beyond = max + 1;
  while (beyond - within > 1) {
    const middle = Math.floor((within + beyond) / 2);
    if (isWithin(middle)) within = middle;
    else beyond = middle;
  }
  return within;
}
