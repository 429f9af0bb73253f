/** What the meters of agreements come to in the months that are stated. */
import { formatMeterValue } from "@counterpart/domain/meters/meter-value.ts";
import { agreementAccounts } from "@counterpart/domain/rating/agreement-accounts.ts";
import type { BookAgreement } from "@counterpart/domain/rating/book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type {
  MeteredUse,
  MeteredValue,
  TermToMeasure,
} from "@counterpart/domain/statements/metered-group.ts";
import { type MeasuredGroups, measureMeter } from "../meters/measure-meter.ts";
import type { Db } from "../platform/database.ts";
import type { Preparation } from "./statement-facts.ts";
import { findTuples } from "./statements.repo.ts";

/** The terms of one agreement and month that stand on meters. */
export interface MonthToMeasure {
  readonly agreement: BookAgreement;
  readonly month: string;
  readonly terms: readonly TermToMeasure[];
}

export interface MeasuredMonths {
  /** By `agreement/month` and term version. */
  readonly uses: ReadonlyMap<string, ReadonlyMap<number, MeteredUse>>;
  /** Texts of tuples that have no number yet, by the negative ones that stand for them. */
  readonly newTuples: ReadonlyMap<number, string>;
}

/**
 * One reading of the standing events up to a cut for each agreement, month and meter, inside of the
 * connection's open transaction: costs with the events of these accounts and types in these months.
 * Agreements without a price on a meter cost nothing. Refuses what `measureMeter` refuses and
 * `meter.negative`, with the agreement and the term.
 */
export async function measureMonths(
  db: Db,
  { book, cut, previewed }: Pick<Preparation, "book" | "cut" | "previewed">,
  months: readonly MonthToMeasure[],
): Promise<MeasuredMonths> {
  const read: { key: string; term: TermToMeasure; groups: ReadonlyMap<string, Value> }[] = [];
  for (const { agreement, month, terms } of months) {
    const accounts = agreementAccounts(book, agreement);
    for (const term of terms) {
      const { lines = [], meters, meter, id } = term.term;
      const measurement = {
        book,
        meters,
        range: term.range,
        accounts,
        groupBy: lines,
        cut,
        previewed,
        noneOfNothing: true,
      };
      const told = { agreement: agreement.name, month, term: id, meter };
      const groups = await orTell(told, () => measureMeter(db, measurement, meter));
      refuseNegative(groups, told);
      const named = Array.from(groups, ([key, value]) => [tupleText(lines, key), value] as const);
      read.push({ key: `${agreement.handle}/${month}`, term, groups: new Map(named) });
    }
  }
  const { numberOf, newTuples } = await numberTexts(
    db,
    read.flatMap(({ groups }) => [...groups.keys()]),
  );
  const uses = new Map<string, Map<number, MeteredUse>>();
  for (const { key, term, groups } of read) {
    const { range, counted, termVersion } = term;
    const values = Array.from(groups, ([text, { value, events }]): MeteredValue => {
      return { tuple: numberOf(text), value, events };
    });
    const ofMonth = uses.get(key) ?? new Map<number, MeteredUse>();
    uses.set(key, ofMonth.set(termVersion, { range, counted, groups: values }));
  }
  return { uses, newTuples };
}

type Value = MeasuredGroups extends ReadonlyMap<string, infer One> ? One : never;

/** Whoever closes a month must learn whose meter stands in the way. */
async function orTell<T>(
  told: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.code, { ...error.detail, ...told });
    throw error;
  }
}

function refuseNegative(groups: MeasuredGroups, told: Readonly<Record<string, string>>): void {
  for (const { value } of groups.values()) {
    if (value === null || value.numerator >= 0n) continue;
    throw new Refusal("meter.negative", { ...told, value: formatMeterValue(value) });
  }
}

/** Dimension values as tuples have them, empty where the value is of everything. */
function tupleText(names: readonly string[], key: string): string {
  if (names.length === 0) return "";
  const values = JSON.parse(key) as (string | null)[];
  const named = names.map((name, at) => [name, values[at]] as const);
  return JSON.stringify(Object.fromEntries(named.filter(([, value]) => value !== null)));
}

/** The numbers of tuples, negative ones for those that no statement and no event has had yet. */
async function numberTexts(db: Db, texts: readonly string[]) {
  const wanted = [...new Set(texts)].filter((text) => text !== "");
  const known = wanted.length === 0 ? new Map<string, number>() : await findTuples(db, wanted);
  const fresh = wanted.filter((text) => !known.has(text));
  const numbers = new Map([...known, ...fresh.map((text, at) => [text, -1 - at] as const)]);
  return {
    numberOf: (text: string): number => numbers.get(text) ?? 0,
    newTuples: new Map(fresh.map((text, at) => [-1 - at, text])),
  };
}
