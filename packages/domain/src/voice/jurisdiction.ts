import { stateOfAreaCode } from "./area-codes.ts";

/** Of a call within the United States (handbook §2.7). */
export type Jurisdiction = "intra" | "inter" | "indeterminate";

export const JURISDICTIONS: readonly Jurisdiction[] = ["intra", "inter", "indeterminate"];

/**
 * Whether a call stays within one state: by the area codes of the calling number and of the number that it
 * is rated on, which is the LRN where there is one. An area code lies in one state, so no table of
 * exchanges is needed. Withheld, toll-free and foreign callers are indeterminate.
 */
export function jurisdictionOf(
  caller: string | undefined,
  ratedOn: string | undefined,
): Jurisdiction {
  const from = stateOf(caller);
  const to = stateOf(ratedOn);
  if (from === null || to === null) return "indeterminate";
  return from === to ? "intra" : "inter";
}

/** Digits of a number of the North American plan: 1, area code, seven more. */
const NATIONAL = /^1([2-9][0-9]{2})[2-9][0-9]{6}$/;

function stateOf(number: string | undefined): string | null {
  const code = number === undefined ? undefined : NATIONAL.exec(number)?.[1];
  return code === undefined ? null : stateOfAreaCode(code);
}
