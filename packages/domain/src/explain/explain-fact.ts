/** Puts what was stated about an accepted event into words. */
import { formatDecimal } from "../decimal.ts";
import type { FactKind } from "../events/event-history.ts";
import { formatInstant } from "../instant.ts";
import { describeAmount } from "./describe-quantity.ts";
import type { ExplainedFact } from "./explained.ts";
import type { RecordedFact } from "./recorded.ts";

export const FACT_DONE: Readonly<Record<FactKind, string>> = {
  void: "voided",
  restore: "restored",
  correction: "corrected",
  rerating: "re-rated",
};

export function explainFact(fact: RecordedFact): ExplainedFact {
  const { ordinal, kind, by, reason } = fact;
  const madeAt = formatInstant(fact.madeAt);
  const changes = fact.changes.map(({ agreement, currency, before, after, atClose }) => ({
    agreement,
    currency,
    before: formatDecimal(before, 12),
    after: formatDecimal(after, 12),
    difference: formatDecimal(after - before, 12),
    atClose,
  }));
  const told = describeFact({ madeAt, by, reason, changes });
  const sentence = `${FACT_DONE[kind]} ${told}`;
  return { ordinal, kind, madeAt, by, reason, changes, sentence };
}

/** When, by whom and why, and what it changed: everything but what was done. */
export function describeFact(
  fact: Pick<ExplainedFact, "madeAt" | "by" | "reason" | "changes">,
): string {
  const { madeAt, by, reason, changes } = fact;
  const effects = changes.map(describeChange);
  const effect = effects.length === 0 ? "no charge changed" : effects.join("; ");
  return `${madeAt} by ${by} (${reason}): ${effect}`;
}

function describeChange(change: ExplainedFact["changes"][number]): string {
  const { agreement, currency, before, after, difference, atClose } = change;
  const parts: string[] = [];
  if (before !== after) {
    const [was, is, by] = [before, after, difference].map((amount) =>
      describeAmount(amount, currency),
    );
    parts.push(`${was} became ${is}, ${by!.startsWith("-") ? by : `+${by}`}`);
  }
  if (atClose > 0) parts.push(`${atClose} charges that are priced at close`);
  if (parts.length === 0) parts.push("the same amount, counted otherwise");
  return `${agreement} ${parts.join(", ")}`;
}
