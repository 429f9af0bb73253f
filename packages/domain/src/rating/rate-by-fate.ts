/** What becomes of a message, and what that makes due of its price (handbook §3). */
import { assert } from "../assert.ts";
import { type Due, NOTHING_DUE, WHOLE_PRICE } from "../messages/delivery-dues.ts";
import type { Bases } from "./bases.ts";
import type { CompiledTerm } from "./book.ts";
import type { Charge } from "./charge.ts";
import { type Priced, type RatableEvent, type Refused, refuse } from "./priced.ts";
import { ratePrice } from "./rate-price.ts";
import { addWhole, multiplyDivide, negateWhole, type Whole } from "./whole.ts";

/**
 * What the fate of a message makes due: the price by its state less the price by the state before, so that
 * the charges of a message and its receipts add up to what its last state owes. Null: nothing is due now.
 */
export function rateByFate(
  term: CompiledTerm,
  event: RatableEvent,
  bases: Bases,
  before: readonly Charge[],
): Priced | Refused | null {
  const isOwn = term.term.on === event.type.name;
  const { price } = term;
  if (price.kind === "share") {
    const share = ratePrice(term, event, bases, before);
    if (isOwn || "refused" in share) return share;
    const { base } = share;
    assert(base !== null, "a share has its base");
    if (base === 0) return null;
    // The fixed part of a markup and the limits of an event were the message's.
    const amount = price.isAtClose ? null : multiplyDivide(base, price.numerator, price.by);
    return { ...share, amount, count: 0 };
  }
  // Without a policy the message was charged whole by its own event.
  if (term.dues === null) return isOwn ? ratePrice(term, event, bases, before) : null;
  const { delivery } = event.type.body;
  assert(delivery !== undefined, "apply checked that the type tells what becomes of a message");
  const status = event.dimensions[delivery.status] ?? "";
  const after = event.dimensions[delivery.after ?? ""] ?? "";
  const left = delivery.after === undefined ? NOTHING_DUE : term.dues.get(after);
  const now = term.dues.get(status);
  if (left === undefined) return refuse("rating.status-unknown", `${term.term.id}: ${after}`);
  if (now === undefined) return refuse("rating.status-unknown", `${term.term.id}: ${status}`);
  if (left.share === now.share && left.counts === now.counts) return null;
  const whole = ratePrice(term, event, bases, before);
  return "refused" in whole ? whole : partOf(whole, left, now);
}

/** The difference of two rounded parts, so that parts add up; the whole stays as the base of a part. */
function partOf(whole: Priced, before: Due, now: Due): Priced {
  const times = (now.counts ? 1 : 0) - (before.counts ? 1 : 0);
  const { amount } = whole;
  const partly = amount !== null && Math.abs(now.share - before.share) !== WHOLE_PRICE;
  return {
    ...whole,
    raw: whole.raw * times + 0,
    billed: whole.billed * times + 0,
    amount:
      amount === null ? null : addWhole(shareOf(amount, now), negateWhole(shareOf(amount, before))),
    base: partly ? amount : null,
    count: times,
  };
}

function shareOf(amount: Whole, { share }: Due): Whole {
  return multiplyDivide(amount, share, WHOLE_PRICE);
}
