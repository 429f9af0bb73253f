import { Refusal } from "../refusals.ts";
import { wholeValue } from "./meter-value.ts";
import type { Aggregate } from "./reading.ts";

/** Names are held in memory while they are counted: some 100 bytes each. */
export const NAMES_MAX = 2_000_000;

/** How many different names there are: 7 events of 3 numbers are 3. Refuses `meter.too-many-names`. */
export function uniqueCount(): Aggregate {
  const names = new Set<string>();
  return {
    add({ name }) {
      names.add(name);
      if (names.size > NAMES_MAX) throw new Refusal("meter.too-many-names", { max: NAMES_MAX });
    },
    value: () => wholeValue(BigInt(names.size)),
  };
}
