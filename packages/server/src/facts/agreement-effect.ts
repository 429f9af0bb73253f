/** What facts change for the other side of each agreement, as it is shown and answered. */
import { assert } from "@counterpart/domain/assert.ts";
import { formatDecimal } from "@counterpart/domain/decimal.ts";
import type { Book } from "@counterpart/domain/rating/book.ts";
import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import {
  type AgreementChange,
  changesByAgreement,
} from "@counterpart/domain/rating/charge-changes.ts";
import type { ChargedTerms } from "./charged-terms.ts";
import type { EventVersion } from "./known-event.ts";

export interface AgreementEffect {
  readonly agreement: string;
  readonly party: string;
  readonly role: string;
  readonly currency: string;
  /** Exact amounts of the events that change, before, after, and after less before. */
  readonly before: string;
  readonly after: string;
  readonly difference: string;
  /** Charges that are priced at close: what they come to is told by the statement. */
  readonly atClose: number;
}

/** null: at nothing. */
type Side = Pick<EventVersion, "charges" | "data" | "personal"> | null;

/** Whether an event says something else that a meter may read, before and after. */
export function saysOther(before: Side, after: Side): boolean {
  if (before === null || after === null) return false;
  return before.data !== after.data || before.personal !== after.personal;
}

export function changesOf(before: Side, after: Side, terms: ChargedTerms): AgreementChange[] {
  return changesByAgreement(
    chargesFromText(before?.charges ?? ""),
    chargesFromText(after?.charges ?? ""),
    terms.termOf,
    saysOther(before, after) ? terms.isMetered : undefined,
  );
}

export function effectsOf(
  before: Side,
  after: Side,
  terms: ChargedTerms,
  book: Book,
): AgreementEffect[] {
  return changesOf(before, after, terms).map((change) => effectOf(change, book));
}

export function effectOf(
  { agreement: handle, before, after, atClose }: AgreementChange,
  { agreements }: Book,
): AgreementEffect {
  const agreement = agreements.get(handle);
  assert(agreement !== undefined, "an agreement is never removed from the catalogue");
  return {
    agreement: agreement.name,
    party: agreement.body.party,
    role: agreement.role,
    currency: agreement.currency,
    before: formatDecimal(before, 12),
    after: formatDecimal(after, 12),
    difference: formatDecimal(after - before, 12),
    atClose,
  };
}
