import { assert } from "../assert.ts";
import type { Term } from "../catalogue/catalogue.ts";
import { isUsagePrice, type UsagePrice } from "../catalogue/usage-price.ts";
import { formatDecimal } from "../decimal.ts";
import { type AccountUse, grantUnits, shareFreeUnits } from "../pricing/grant-units.ts";
import { type CompiledUsagePrice, compileUsagePrice, priceUsage } from "../pricing/price-usage.ts";
import { type CarriedUnits, rollOver, sumOf } from "../pricing/roll-over-units.ts";
import { limitSpend } from "../pricing/spend-limits.ts";
import { unitOf } from "../units.ts";
import { type Derivation, type TiersPart, tierStep } from "./derivation.ts";
import type { LineGroup, ServiceTotal } from "./line-group.ts";

/** A term that is priced at close by the period's quantity. */
export type UsageTerm = Term & { readonly price: UsagePrice };

export function isUsageTerm(term: Term): term is UsageTerm {
  return isUsagePrice(term.price);
}

/** Whether two usage prices are for the same events and the same quantity. */
export function countsTheSame(a: UsageTerm, b: Term): boolean {
  return (
    isUsageTerm(b) &&
    a.on === b.on &&
    a.meter === b.meter &&
    unitOf(a.price.per).quantity === unitOf(b.price.per).quantity
  );
}

/** What a version of a usage term is priced by in a period. */
export interface UsageFacts {
  readonly totals: readonly ServiceTotal[];
  /** What each account used, where accounts bring units along. */
  readonly accounts: readonly AccountUse[];
  /** Units that earlier months left. */
  readonly carried: readonly CarriedUnits[];
}

/** More shares than these are not recorded in a line. */
const SHARES_MAX = 100;

/** The period's whole quantity of a version through its price, before the term's limits. */
export function usageGroup(
  id: number,
  term: UsageTerm,
  currency: string,
  { totals, accounts, carried }: UsageFacts,
): LineGroup {
  const count = totals.reduce((sum, total) => sum + total.count, 0n);
  const quantity = totals.reduce((sum, total) => sum + total.quantity, 0n);
  const price = compileUsagePrice(currency, term.price);
  const ofAccounts = accounts.reduce((sum, use) => sum + use.quantity, 0n);
  assert(
    price.accountUnits === null || ofAccounts === quantity,
    "what accounts used adds up to the total",
  );
  const granted = grantUnits(price.included, price.accountUnits, accounts);
  const included = granted + sumOf(carried);
  const { converted, free, rated, discount, amount } = priceUsage(price, quantity, count, included);
  const derivation: Derivation = {
    kind: "tiers",
    model: rated.model,
    termVersion: id,
    counted: [...new Set(totals.map(({ termVersion }) => termVersion))],
    amount: formatDecimal(amount, 12),
    unit: price.unit,
    ...(price.conversion === null ? {} : { converted: converted.toString() }),
    ...rolloverPart(price, carried, granted, converted),
    ...sharesPart(price, accounts, free),
    included: free.toString(),
    tiers: rated.tiers.map(tierStep),
    ...(discount === 0n ? {} : { discount: formatDecimal(discount, 12) }),
  };
  return { term: term.id, tuple: 0, count, quantity, amount, derivation: [derivation] };
}

function rolloverPart(
  { rollover }: CompiledUsagePrice,
  carried: readonly CarriedUnits[],
  granted: bigint,
  converted: bigint,
): Pick<TiersPart, "rollover"> {
  if (rollover === null) return {};
  const { goesOn, expired } = rollOver(rollover, carried, granted, converted);
  return {
    rollover: {
      carried: sumOf(carried).toString(),
      goesOn: sumOf(goesOn).toString(),
      expired: expired.toString(),
    },
  };
}

function sharesPart(
  { accountUnits }: CompiledUsagePrice,
  accounts: readonly AccountUse[],
  free: bigint,
): Pick<TiersPart, "accounts"> {
  if (accountUnits === null) return {};
  const { each, pooled } = accountUnits;
  const freeOf = shareFreeUnits(free, accountUnits, accounts);
  const shares = accounts.map(({ account, quantity }, at) => ({
    account,
    quantity: quantity.toString(),
    free: `${freeOf[at]}`,
  }));
  return {
    accounts: {
      count: accounts.length,
      each: each.toString(),
      pooled,
      ...(shares.length > SHARES_MAX ? {} : { shares }),
    },
  };
}

/** The line of a whole month topped up to its minimum or cut at its maximum. */
export function limitGroup(
  id: number,
  { price }: UsageTerm,
  currency: string,
  group: LineGroup,
): LineGroup {
  const { limits } = compileUsagePrice(currency, price);
  const { limited, total } = limitSpend(limits, group.amount);
  if (limited === 0n) return group;
  const limit: Derivation = {
    kind: "limit",
    termVersion: id,
    limit: limited > 0n ? "minimum" : "maximum",
    of: formatDecimal(total, 12),
    amount: formatDecimal(limited, 12),
  };
  return { ...group, amount: total, derivation: [...group.derivation, limit] };
}
