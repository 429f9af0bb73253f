import { assert } from "../assert.ts";
import { splitRemainder } from "../settlement/split-remainder.ts";

/** What an account used of a term in a month, in smallest units. */
export interface AccountUse {
  readonly account: string;
  readonly quantity: bigint;
}

/** Units that each account with usage brings along. */
export interface AccountUnits {
  /** Smallest units. */
  readonly each: bigint;
  /** Whether all accounts draw from one pool, or each from its own units only. */
  readonly pooled: boolean;
}

/**
 * How many units a month grants: the term's own and those of the accounts that were used in it. Three
 * accounts with 100 each have a pool of 300, whoever uses it; without a pool, one that used 250 has 100
 * and one that used 40 has 40.
 */
export function grantUnits(
  own: bigint,
  units: AccountUnits | null,
  used: readonly AccountUse[],
): bigint {
  if (units === null) return own;
  if (units.pooled) return own + units.each * BigInt(used.length);
  return used.reduce((sum, use) => sum + least(use.quantity, units.each), own);
}

/**
 * What each account had free. Without a pool it is its own units first, and the rest of what is free by
 * use; in a pool all of it is by use (largest remainder), so that the shares add up to what was free.
 */
export function shareFreeUnits(
  free: bigint,
  units: AccountUnits,
  used: readonly AccountUse[],
): bigint[] {
  const own = used.map(({ quantity }) => (units.pooled ? 0n : least(quantity, units.each)));
  const rest = used.map(({ account, quantity }, at) => ({
    id: account,
    weight: quantity - (own[at] ?? 0n),
    priority: 0,
  }));
  const left = free - own.reduce((sum, one) => sum + one, 0n);
  assert(left >= 0n, "what accounts have of their own is free");
  const shares = splitRemainder(left, rest).map((share, at) => share + (own[at] ?? 0n));
  assert(
    shares.every((share, at) => share <= (used[at]?.quantity ?? 0n)),
    "no account has more free than it used",
  );
  return shares;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
