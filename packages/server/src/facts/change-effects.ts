/** What changes of events come to for each agreement, and in the money of its next statement. */
import { formatMoney } from "@counterpart/domain/money.ts";
import { type LocalDay, monthDays, monthOfDay } from "@counterpart/domain/period.ts";
import type { Book, Handle } from "@counterpart/domain/rating/book.ts";
import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import type { Writer } from "../events/commit-group.ts";
import {
  createPreviewed,
  insertPreviewed,
  type PreviewedEvent,
} from "../meters/previewed-events.repo.ts";
import { statementChanges } from "../statements/statement-changes.ts";
import { type AgreementEffect, changesOf, effectOf, saysOther } from "./agreement-effect.ts";
import type { ChargedTerms } from "./charged-terms.ts";
import type { Change } from "./commit-facts.ts";
import type { Effect } from "./fact-effects.repo.ts";
import { spreadSums } from "./spread-sums.ts";
import { addCharges, type ChangeSums, toColumns } from "./sum-changes.ts";

/** What an event stood at and stands at from now on; null: nothing. */
export interface EventChange extends Pick<Change, "key" | "takesBack" | "states"> {
  /** Of an event that is not stored yet. */
  readonly source?: Handle | undefined;
}

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

type PreviewWriter = Pick<Writer, "client" | "slot">;

/**
 * Adds changes up page by page, in memory that follows months and terms, not events. Events that meters read
 * are kept in a table of the connection's own.
 */
export interface ChangePreview {
  add(changes: readonly EventChange[]): Promise<void>;
  /** With the money that the code that closes makes of it; nothing is stored. */
  effects(book: Book): Promise<EffectOfMany[]>;
}

/** `writer`: one preview for its connection. */
export function changePreview(writer: PreviewWriter, terms: ChargedTerms): ChangePreview {
  let previewed = false;
  const effects = new Map<Handle, Effect>();
  const totals: ChangeSums = new Map();
  return {
    async add(changes) {
      for (const effect of sumEffects(changes, terms)) addEffect(effects, effect);
      addMonths(totals, changes, terms);
      const metered = changes.filter((change) => isMetered(change, terms));
      if (metered.length === 0) return;
      if (!previewed) await createPreviewed(writer.client);
      previewed = true;
      await insertPreviewed(writer.client, metered.map(toPreviewed));
    },
    async effects(book) {
      const money = await moneyOf(writer, book, { sums: totals, previewed });
      return effectsToShow([...effects.values()], book, money);
    },
  };
}

/** Whether a price on a meter counts the event, before or after. */
function isMetered({ takesBack, states }: EventChange, terms: ChargedTerms): boolean {
  return [takesBack, states].some(
    (version) =>
      version !== null &&
      chargesFromText(version.charges).some(({ termVersion }) => terms.isMetered(termVersion)),
  );
}

function toPreviewed({ key, source, states }: EventChange): PreviewedEvent {
  return { key, source: source ?? null, states };
}

/** What changes move in totals, by month: statements look no closer, and it takes less memory. */
function addMonths(totals: ChangeSums, changes: readonly EventChange[], terms: ChargedTerms): void {
  const dayOf = (day: LocalDay): LocalDay => monthDays(monthOfDay(day)).first;
  for (const { takesBack, states } of changes) {
    const says = saysOther(takesBack, states);
    if (takesBack !== null) addCharges(totals, takesBack, { sign: -1, says, dayOf }, terms);
    if (states !== null) addCharges(totals, states, { sign: 1, says, dayOf }, terms);
  }
}

async function moneyOf(
  writer: PreviewWriter,
  book: Book,
  { sums, previewed }: { readonly sums: ChangeSums; readonly previewed: boolean },
): Promise<ReadonlyMap<Handle, bigint>> {
  const keys = [...sums.values()].map(({ key }) => key);
  const agreements = [...new Set(keys.map((key) => key[4]!))];
  const totals = toColumns(spreadSums(sums));
  // All that is taken back is stated again.
  if (totals === null) return new Map(agreements.map((agreement) => [agreement, 0n]));
  const newest = monthOfDay(keys.reduce((last, key) => Math.max(last, key[2]!), 0) as LocalDay);
  return await statementChanges(writer, book, { agreements, newest, totals, previewed });
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
