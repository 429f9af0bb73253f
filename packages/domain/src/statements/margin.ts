/** What the provider keeps, by channel, in its home currency. For reports only: nothing is billed by it. */
import type { ExchangeRate, Role } from "../catalogue/catalogue.ts";
import { parseDecimal } from "../decimal.ts";
import { type LocalDay, parseLocalDay } from "../period.ts";
import { Refusal } from "../refusals.ts";
import { divideRounded } from "../rounding.ts";

/** An amount that the provider receives or pays, on a day. */
export interface MarginEntry {
  readonly channel: string;
  readonly role: Role;
  readonly currency: string;
  readonly day: LocalDay;
  /** Pico-units of the currency. */
  readonly amount: bigint;
  readonly charges: bigint;
}

/** Amounts in pico-units of the home currency. */
export interface ChannelMargin {
  readonly channel: string;
  /** Charges that the provider has revenue from: one for each term that priced an event. */
  readonly charges: bigint;
  readonly revenue: bigint;
  readonly cost: bigint;
  /** Paid to partners and referrers. */
  readonly shares: bigint;
  readonly margin: bigint;
}

/**
 * Margin by channel: revenue less cost less shares, each amount converted at the rate of its day. Refuses
 * `margin.rate-missing` when a currency has no rate on a day.
 */
export function marginByChannel(
  entries: readonly MarginEntry[],
  homeCurrency: string,
  rates: readonly ExchangeRate[],
): ChannelMargin[] {
  const convert = converter(homeCurrency, rates);
  const channels = new Map<string, { -readonly [K in keyof ChannelMargin]: ChannelMargin[K] }>();
  for (const entry of entries) {
    const { channel, role } = entry;
    let sums = channels.get(channel);
    if (sums === undefined) {
      sums = { channel, charges: 0n, revenue: 0n, cost: 0n, shares: 0n, margin: 0n };
      channels.set(channel, sums);
    }
    const amount = convert(entry);
    if (role === "customer" || role === "reseller") {
      sums.revenue += amount;
      sums.charges += entry.charges;
    } else if (role === "supplier") sums.cost += amount;
    else sums.shares += amount;
  }
  for (const sums of channels.values()) sums.margin = sums.revenue - sums.cost - sums.shares;
  return [...channels.values()].sort((a, b) => (a.channel < b.channel ? -1 : 1));
}

const RATE_PLACES = 12;
const RATE_ONE = 10n ** BigInt(RATE_PLACES);

function converter(
  homeCurrency: string,
  rates: readonly ExchangeRate[],
): (entry: MarginEntry) => bigint {
  const byCurrency = new Map<string, { from: LocalDay; rate: bigint }[]>();
  for (const { currency, from, rate } of rates) {
    const dated = byCurrency.get(currency) ?? [];
    dated.push({ from: parseLocalDay(from), rate: parseDecimal(rate, RATE_PLACES) });
    byCurrency.set(currency, dated);
  }
  for (const dated of byCurrency.values()) dated.sort((a, b) => b.from - a.from);
  return ({ currency, day, amount }) => {
    if (currency === homeCurrency) return amount;
    const dated = byCurrency.get(currency)?.find(({ from }) => from <= day);
    if (dated === undefined) throw new Refusal("margin.rate-missing", { currency });
    return divideRounded(amount * dated.rate, RATE_ONE, "halfEven");
  };
}
