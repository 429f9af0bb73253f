import { assert } from "../assert.ts";

/**
 * The quantity that is billed for `raw`, by initial and subsequent increment (handbook §2.4), all in the
 * same unit. 61 s at 60/60 are 120 s, at 6/6 66 s; a quantity of 0 is billed as 0.
 *
 * `initialThenSubsequent` counts the subsequent increments from the end of the initial one: 31 s at 30/18
 * are 48 s. `wholeMultiple` rounds the whole up to a multiple of the subsequent one: 36 s.
 */
export function billedDuration(
  raw: number,
  initial: number,
  subsequent: number,
  mode: "initialThenSubsequent" | "wholeMultiple" = "initialThenSubsequent",
): number {
  assert(raw >= 0 && initial > 0 && subsequent > 0, "quantity and increments are positive");
  if (raw === 0) return 0;
  if (raw <= initial) return initial;
  const base = mode === "wholeMultiple" ? 0 : initial;
  const rest = raw - base;
  const part = rest % subsequent;
  return base + (part === 0 ? rest : rest - part + subsequent);
}
