/** What changes of events come to for each agreement, and in the money of its next statement. */
import { formatMoney } from "@counterpart/domain/money.ts";
import { type LocalDay, monthDays, monthOfDay } from "@counterpart/domain/period.ts";
import type { Book, Handle } from "@counterpart/domain/rating/book.ts";
import type { Writer } from "../events/commit-group.ts";
import { statementChanges } from "../statements/statement-changes.ts";
import { type AgreementEffect, changesOf, effectOf } from "./agreement-effect.ts";
import type { ChargedTerms } from "./charged-terms.ts";
import type { Change } from "./commit-facts.ts";
import type { Effect } from "./fact-effects.repo.ts";
import type { EventVersion } from "./known-event.ts";
import { spreadSums } from "./spread-sums.ts";
import { addCharges, type ChangeSums, toColumns } from "./sum-changes.ts";

/** What an event stood at and stands at from now on; null: nothing. */
export type EventChange = Pick<Change, "takesBack" | "states">;

export interface EffectOfMany extends AgreementEffect {
  /** Events whose charges by the agreement change. */
  readonly events: string;
  /**
   * What the agreement's next statement changes by, in money, with all that is priced at close; null:
   * not worked out, which only a preview does.
   */
  readonly money: string | null;
}

/** By agreement. The terms of all charges are known. */
export function sumEffects(changes: readonly EventChange[], terms: ChargedTerms): Effect[] {
  const effects = new Map<Handle, Effect>();
  for (const { takesBack, states } of changes) {
    for (const change of changesOf(takesBack, states, terms)) {
      addEffect(effects, { ...change, events: 1 });
    }
  }
  return [...effects.values()];
}

function addEffect(effects: Map<Handle, Effect>, effect: Effect): void {
  const { agreement } = effect;
  const sum = effects.get(agreement);
  effects.set(agreement, {
    agreement,
    events: effect.events + (sum?.events ?? 0),
    atClose: effect.atClose + (sum?.atClose ?? 0),
    before: effect.before + (sum?.before ?? 0n),
    after: effect.after + (sum?.after ?? 0n),
  });
}

/** Adds changes up page by page, in memory that follows months and terms, not events. */
export interface ChangePreview {
  add(changes: readonly EventChange[]): void;
  /** With the money that the code that closes makes of it; nothing is stored. */
  effects(writer: Pick<Writer, "client" | "slot">, book: Book): Promise<EffectOfMany[]>;
}

export function changePreview(terms: ChargedTerms): ChangePreview {
  const effects = new Map<Handle, Effect>();
  const totals: ChangeSums = new Map();
  return {
    add(changes) {
      for (const effect of sumEffects(changes, terms)) addEffect(effects, effect);
      addMonths(totals, changes, terms);
    },
    async effects(writer, book) {
      return effectsToShow([...effects.values()], book, await moneyOf(writer, book, totals));
    },
  };
}

/** What changes move in totals, by month: statements look no closer, and it takes less memory. */
function addMonths(totals: ChangeSums, changes: readonly EventChange[], terms: ChargedTerms): void {
  const dayOf = (day: LocalDay): LocalDay => monthDays(monthOfDay(day)).first;
  for (const { takesBack, states } of changes) {
    const says = states !== null && takesBack !== null && saysOther(takesBack, states);
    if (takesBack !== null) addCharges(totals, takesBack, { sign: -1, says, dayOf }, terms);
    if (states !== null) addCharges(totals, states, { sign: 1, says, dayOf }, terms);
  }
}

function saysOther(before: EventVersion, after: EventVersion): boolean {
  return before.data !== after.data || before.personal !== after.personal;
}

async function moneyOf(
  writer: Pick<Writer, "client" | "slot">,
  book: Book,
  sums: ChangeSums,
): Promise<ReadonlyMap<Handle, bigint>> {
  const keys = [...sums.values()].map(({ key }) => key);
  const agreements = [...new Set(keys.map((key) => key[4]!))];
  const totals = toColumns(spreadSums(sums));
  // All that is taken back is stated again.
  if (totals === null) return new Map(agreements.map((agreement) => [agreement, 0n]));
  const newest = monthOfDay(keys.reduce((last, key) => Math.max(last, key[2]!), 0) as LocalDay);
  return await statementChanges(writer, book, { agreements, newest, totals });
}

/** In order of agreements. `money`: minor units, where they are known. */
export function effectsToShow(
  effects: readonly Effect[],
  book: Book,
  money: ReadonlyMap<Handle, bigint>,
): EffectOfMany[] {
  return effects
    .map(({ events, ...change }) => {
      const minor = money.get(change.agreement);
      const effect = effectOf(change, book);
      const { currency } = effect;
      const shown = minor === undefined ? null : formatMoney({ currency, minor });
      return { ...effect, events: `${events}`, money: shown };
    })
    .sort((a, b) => (a.agreement < b.agreement ? -1 : 1));
}
