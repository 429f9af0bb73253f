/** Answers questions about meters over a range. */
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { eventMetersUnder } from "@counterpart/domain/catalogue/metered-term.ts";
import { parseInstant } from "@counterpart/domain/instant.ts";
import { type Aggregation, isDerived } from "@counterpart/domain/meters/meter.ts";
import type { MeterValue } from "@counterpart/domain/meters/meter-value.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Database } from "../platform/database.ts";
import { type MeasuredGroups, type Measurement, measureMeter } from "./measure-meter.ts";
import { inSnapshot } from "./meters.repo.ts";

/** A question about a meter as its asker writes it. */
export interface MeterQuestion {
  readonly meter: string;
  /** RFC 3339; events from here on. */
  readonly from: string;
  /** Events before this. */
  readonly to: string;
  /** Only of this account. */
  readonly account?: string | undefined;
  /** `account`, `day` and `month` (UTC), `channel` and the dimensions of the meter's `by`. */
  readonly groupBy: readonly string[];
}

export interface MeterRow {
  /** Values of what it is split by; null where events have none. */
  readonly group: Readonly<Record<string, string | null>>;
  /** null: there is no such value without events. */
  readonly value: MeterValue | null;
}

/**
 * The meter's value of each group, in order of the groups; of the whole range one row. Refuses
 * `meter.unknown`, `meter.range-empty`, `meter.group-unknown`, `meter.too-many-groups`,
 * `meter.too-many-names` and `meter.expression-failed`. Costs with the events of the range.
 */
export async function readMeter(
  database: Database,
  keeper: BookKeeper,
  question: MeterQuestion,
): Promise<MeterRow[]> {
  const { meter, account, groupBy } = question;
  const from = parseInstant(question.from);
  const to = parseInstant(question.to);
  if (to <= from) throw new Refusal("meter.range-empty", { from: question.from, to: question.to });
  const { meters } = keeper.catalogue();
  if (!Object.hasOwn(meters, meter)) {
    throw new Refusal("meter.unknown", { meter, known: Object.keys(meters) });
  }
  checkGroups(question, meters);
  const measurement: Measurement = {
    book: keeper.book(),
    meters,
    range: { from, to },
    accounts: account === undefined ? null : [account],
    groupBy,
    cut: null,
    noneOfNothing: false,
  };
  const groups = await measure(database, measurement, meter);
  const keys = [...groups.keys()].toSorted();
  return keys.map((key) => {
    const values = JSON.parse(key) as (string | null)[];
    const named = groupBy.map((name, at) => [name, values[at] ?? null]);
    return { group: Object.fromEntries(named), value: groups.get(key)?.value ?? null };
  });
}

async function measure(
  database: Database,
  measurement: Measurement,
  meter: string,
): Promise<MeasuredGroups> {
  const client = await database.pool("reader").connect();
  try {
    return await inSnapshot(client, () => measureMeter(client, measurement, meter));
  } finally {
    client.release();
  }
}

const EVERYWHERE = ["account", "day", "month", "channel"];

/** Every meter that the asked one stands on is split the same way. */
function checkGroups({ meter, groupBy }: MeterQuestion, meters: Catalogue["meters"]): void {
  for (const { by = [] } of eventMetersUnder(meter, meters)) {
    const known = [...EVERYWHERE, ...by];
    const unknown = groupBy.find((group) => !known.includes(group));
    if (unknown === undefined) continue;
    throw new Refusal("meter.group-unknown", { meter, name: unknown, known });
  }
}

/** A meter of the catalogue; null and empty are what it does not have. */
export interface MeterHead {
  readonly name: string;
  readonly title: string | null;
  readonly on: string | null;
  readonly aggregation: Aggregation | null;
  readonly of: string | null;
  readonly by: string[];
  readonly derive: string | null;
}

/** Every meter of the catalogue, by name. */
export function listMeters({ meters }: Pick<Catalogue, "meters">): MeterHead[] {
  const heads = Object.entries(meters).map(([name, meter]): MeterHead => {
    const title = meter.title ?? null;
    if (isDerived(meter)) {
      const { derive } = meter;
      return { name, title, on: null, aggregation: null, of: null, by: [], derive };
    }
    const { on, aggregation, of = null, by = [] } = meter;
    return { name, title, on, aggregation, of, by: [...by], derive: null };
  });
  return heads.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
