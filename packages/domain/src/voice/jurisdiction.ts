import type { StateOf } from "./state-of-exchange.ts";

/** Of a call within the United States (handbook §2.7). */
export type Jurisdiction = "intra" | "inter" | "indeterminate";

export const JURISDICTIONS: readonly Jurisdiction[] = ["intra", "inter", "indeterminate"];

export interface FoundJurisdiction {
  readonly is: Jurisdiction;
  /** States of the caller and of the number that the call is rated on; empty: none is known. */
  readonly from: string;
  readonly to: string;
}

/**
 * Whether a call stays within one state: by the calling number and the number that it is rated on, which is
 * the LRN where there is one. Withheld, toll-free and foreign callers are indeterminate.
 */
export function jurisdictionOf(
  caller: string | undefined,
  ratedOn: string | undefined,
  stateOf: StateOf,
): FoundJurisdiction {
  const from = stateOfNumber(caller, stateOf);
  const to = stateOfNumber(ratedOn, stateOf);
  if (from === "" || to === "") return { is: "indeterminate", from, to };
  return { is: from === to ? "intra" : "inter", from, to };
}

/** Digits of a number of the North American plan: 1, area code, seven more. */
const NATIONAL = /^1([2-9][0-9]{2}[2-9][0-9]{6})$/;

function stateOfNumber(number: string | undefined, stateOf: StateOf): string {
  const national = number === undefined ? undefined : NATIONAL.exec(number)?.[1];
  return national === undefined ? "" : (stateOf(national) ?? "");
}
