/** How long a call may last: what a prepaid balance and the maxima of its prices allow (handbook §2.3). */
import type { Book, CompiledTerm } from "../rating/book.ts";
import type { RatableEvent } from "../rating/priced.ts";
import { rateEvent } from "../rating/rate-event.ts";
import { addWhole, type Whole } from "../rating/whole.ts";
import { Refusal } from "../refusals.ts";
import { disconnectLimit } from "../voice/charge-call.ts";
import { longestWithin } from "../voice/longest-within.ts";

/** Switches end calls long before; no question needs more. */
export const AUTHORISED_SECONDS_MAX = 86_400;

export interface AuthorisedCall {
  /** 0: not even a second. */
  readonly seconds: number;
  /**
   * What one second more would exceed: the balance, a `maxCharge` at which the call is to be disconnected, or
   * the time for which there is a rate. Null: it may last a day.
   */
  readonly limitedBy: "balance" | "maxCharge" | "rate" | null;
  /** The agreement that the balance is of. */
  readonly agreement: string;
  readonly currency: string;
  /** Pico-units: what the call comes to, and what it would with one second more; null without a rate. */
  readonly amount: Whole;
  readonly amountNext: Whole | null;
}

interface Weighed {
  readonly limitedBy: AuthorisedCall["limitedBy"];
  readonly amount: Whole | null;
}

/**
 * The longest answered call, in whole seconds, that the account's own charges leave within a balance in
 * pico-units. It is rated as it will be billed, whatever it is charged by, so that a call that ends there is
 * paid for; charges only grow with a call, which is why a few ratings find it. Refuses what rating the first
 * second refuses, `quote.balance-at-close` and `quote.balance-unclear`.
 *
 * 10.00 at 60.00 a minute by the second is 10 s.
 */
export function authoriseCall(event: RatableEvent, book: Book, balance: Whole): AuthorisedCall {
  const first = rateSeconds(event, book, 1);
  if ("refused" in first) throw new Refusal(first.refused, { detail: first.detail });
  const own = first.charges.filter(({ term }) => isOwn(term, event));
  const [one] = own;
  if (one === undefined) throw new Refusal("quote.balance-unclear");
  for (const { amount, term } of own) {
    if (amount === null && term.price.kind !== "ratio") {
      throw new Refusal("quote.balance-at-close", { term: term.term.id });
    }
  }
  const weigh = (seconds: number): Weighed => weighSeconds(event, book, seconds, balance);
  const seconds = longestWithin(
    (length) => weigh(length).limitedBy === null,
    AUTHORISED_SECONDS_MAX,
  );
  const next = weigh(Math.min(seconds + 1, AUTHORISED_SECONDS_MAX));
  const { name, currency } = one.term.agreement;
  return {
    seconds,
    limitedBy: next.limitedBy,
    agreement: name,
    currency,
    amount: weigh(seconds).amount ?? 0,
    amountNext: next.amount,
  };
}

function rateSeconds(event: RatableEvent, book: Book, seconds: number) {
  const quantities = { ...event.quantities, milliseconds: seconds * 1000 };
  return rateEvent({ ...event, quantities }, book);
}

function weighSeconds(event: RatableEvent, book: Book, seconds: number, balance: Whole): Weighed {
  const rating = rateSeconds(event, book, seconds);
  if ("refused" in rating) return { limitedBy: "rate", amount: null };
  let amount: Whole = 0;
  let isWithin = true;
  for (const { term, amount: charged } of rating.charges) {
    if (!isOwn(term, event) || charged === null) continue;
    amount = addWhole(amount, charged);
    const limit = term.price.kind === "call" ? disconnectLimit(term.price.call, event) : null;
    if (limit !== null && charged > limit) isWithin = false;
  }
  if (amount > balance) return { limitedBy: "balance", amount };
  return { limitedBy: isWithin ? null : "maxCharge", amount };
}

/** Whether the account itself pays it: not its reseller, and no supplier or partner. */
function isOwn(
  { agreement: { role, accounts } }: CompiledTerm,
  { account }: RatableEvent,
): boolean {
  if (role !== "customer" && role !== "reseller") return false;
  return accounts === null || accounts.has(account.name);
}
