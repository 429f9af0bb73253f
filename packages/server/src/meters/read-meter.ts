/** What meters come to over a range, computed from the stored events. */
import { assert } from "@counterpart/domain/assert.ts";
import type { Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { compileMeasures, measureEvent } from "@counterpart/domain/events/measure-event.ts";
import { formatInstant, type Instant, parseInstant } from "@counterpart/domain/instant.ts";
import { startAggregate } from "@counterpart/domain/meters/aggregate.ts";
import { filterNames } from "@counterpart/domain/meters/expression.ts";
import {
  type Aggregation,
  type EventMeter,
  isDerived,
  type Meter,
} from "@counterpart/domain/meters/meter.ts";
import type { MeterValue } from "@counterpart/domain/meters/meter-value.ts";
import type { Aggregate, Range, Reading } from "@counterpart/domain/meters/reading.ts";
import type { Book, BookType } from "@counterpart/domain/rating/book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { Database } from "../platform/database.ts";
import { compileDerived, compileFilter, type Filter, metersOf } from "./expressions.ts";
import { eachPage, type MeteredRow } from "./meters.repo.ts";

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

const GROUPS_MAX = 10_000;
/** What sets a level may be so much older than the range in which it holds. */
const LEVEL_DAYS_BACK = 400;
const DAY = 86_400_000;

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
  const from = parseInstant(question.from);
  const to = parseInstant(question.to);
  if (to <= from) throw new Refusal("meter.range-empty", { from: question.from, to: question.to });
  const asked: Asked = { ...question, database, keeper, range: { from, to } };
  checkGroups(asked, question.meter);
  const groups = await valuesOf(asked, question.meter);
  const keys = [...groups.keys()].toSorted();
  return keys.map((key) => {
    const values = JSON.parse(key) as (string | null)[];
    const named = question.groupBy.map((name, at) => [name, values[at] ?? null]);
    return { group: Object.fromEntries(named), value: groups.get(key) ?? null };
  });
}

interface Asked extends MeterQuestion {
  readonly database: Database;
  readonly keeper: BookKeeper;
  readonly range: Range;
}

/** Values by the group's values as JSON. */
type Groups = ReadonlyMap<string, MeterValue | null>;

function meterOf(keeper: BookKeeper, name: string): Meter {
  const { meters } = keeper.catalogue();
  if (Object.hasOwn(meters, name)) return meters[name]!;
  throw new Refusal("meter.unknown", { meter: name, known: Object.keys(meters) });
}

const EVERYWHERE = ["account", "day", "month", "channel"];

/** Every meter that the asked one stands on is split the same way. */
function checkGroups({ keeper, groupBy }: Asked, name: string): void {
  const meter = meterOf(keeper, name);
  if (isDerived(meter)) {
    for (const used of metersOf(meter.derive, namesOf(keeper))) {
      checkGroups({ keeper, groupBy } as Asked, used);
    }
    return;
  }
  const known = [...EVERYWHERE, ...(meter.by ?? [])];
  const unknown = groupBy.find((group) => !known.includes(group));
  if (unknown === undefined) return;
  throw new Refusal("meter.group-unknown", { meter: name, name: unknown, known });
}

function namesOf(keeper: BookKeeper): string[] {
  return Object.keys(keeper.catalogue().meters);
}

async function valuesOf(asked: Asked, name: string): Promise<Groups> {
  const meter = meterOf(asked.keeper, name);
  if (!isDerived(meter)) return await aggregateEvents(asked, meter);
  const names = namesOf(asked.keeper);
  const derive = compileDerived(meter.derive, names);
  const used = new Map<string, Groups>();
  for (const one of metersOf(meter.derive, names)) used.set(one, await valuesOf(asked, one));
  const keys = new Set([...used.values()].flatMap((groups) => [...groups.keys()]));
  return new Map([...keys].map((key) => [key, derivedOf(derive, key, used, asked)]));
}

/** null when a meter that it stands on has no value there. */
function derivedOf(
  derive: ReturnType<typeof compileDerived>,
  key: string,
  used: ReadonlyMap<string, Groups>,
  { keeper, range }: Asked,
): MeterValue | null {
  const values: Record<string, MeterValue> = {};
  for (const [name, groups] of used) {
    const value = groups.has(key) ? groups.get(key)! : valueOfNothing(keeper, name, range);
    if (value === null) return null;
    values[name] = value;
  }
  return derive(values);
}

/** A group in which a meter has no event: a count is 0 there, an average is none. */
function valueOfNothing(keeper: BookKeeper, name: string, range: Range): MeterValue | null {
  const meter = meterOf(keeper, name);
  return isDerived(meter) ? null : startAggregate(meter, range).value();
}

async function aggregateEvents(asked: Asked, meter: EventMeter): Promise<Groups> {
  const { database, keeper, range, account, groupBy } = asked;
  const book = keeper.book();
  const type = book.types.get(meter.on);
  assert(type !== undefined, "apply checked the meter's event type");
  const reader = compileReader(meter, book, type);
  const aggregates = new Map<string, Aggregate>();
  const take = (rows: readonly MeteredRow[]): void => {
    for (const row of rows) {
      const read = reader(row);
      if (read === null) continue;
      const key = JSON.stringify(groupBy.map((name) => groupValue(name, row, read.dimensions)));
      const known = aggregates.get(key);
      if (known !== undefined) known.add(read.reading);
      else {
        if (aggregates.size === GROUPS_MAX) {
          throw new Refusal("meter.too-many-groups", { max: GROUPS_MAX });
        }
        const started = startAggregate(meter, range);
        started.add(read.reading);
        aggregates.set(key, started);
      }
    }
  };
  const isLevel = meter.aggregation === "timeWeighted";
  const first = isLevel ? range.from - LEVEL_DAYS_BACK * DAY : range.from;
  const client = await database.pool("reader").connect();
  try {
    const query = {
      type: meter.on,
      from: formatInstant(first as Instant),
      to: formatInstant(range.to),
      accounts: account === undefined ? null : [account],
    };
    await eachPage(client, query, take);
  } finally {
    client.release();
  }
  if (groupBy.length === 0 && aggregates.size === 0) {
    aggregates.set("[]", startAggregate(meter, range));
  }
  return new Map([...aggregates].map(([key, aggregate]) => [key, aggregate.value()]));
}

type Dimensions = Readonly<Record<string, string | undefined>>;

function groupValue(name: string, { account, time }: MeteredRow, dimensions: Dimensions) {
  if (name === "account") return account;
  if (name === "day") return new Date(Number(time)).toISOString().slice(0, 10);
  if (name === "month") return new Date(Number(time)).toISOString().slice(0, 7);
  return dimensions[name] ?? null;
}

/** Reads a stored event as the meter sees it; null when it does not count. */
function compileReader(
  meter: EventMeter,
  book: Book,
  type: BookType,
): (row: MeteredRow) => { reading: Reading; dimensions: Dimensions } | null {
  const filter: Filter | null =
    meter.filter === undefined ? null : compileFilter(meter.filter, filterNames(type.body));
  const where = Object.entries(meter.where ?? {}).map(
    ([name, values]) => [name, new Set(typeof values === "string" ? [values] : values)] as const,
  );
  const nameField = meter.aggregation === "uniqueCount" ? meter.of : meter.per;
  // The book's own leave out dimensions that no price asks for; a meter may.
  const measures = compileMeasures(type.body);
  return (row) => {
    const data = { ...JSON.parse(row.data), ...JSON.parse(row.personal ?? "{}") };
    const plan = book.sources.get(row.source)?.body.dialPlan ?? {};
    const measured = measureEvent({ measures }, data, plan);
    // It could be measured when it was accepted; a type never changes what its quantities are.
    if ("refused" in measured) return null;
    const { quantities, dimensions } = measured;
    for (const [name, values] of where) {
      const value = dimensions[name];
      if (value === undefined || !values.has(value)) return null;
    }
    if (filter !== null && !filter({ data, dimensions, quantities })) return null;
    const value = BigInt(quantities[meter.of ?? ""] ?? 0);
    const name = nameField === undefined ? "" : String(data[nameField] ?? "");
    return { reading: { time: Number(row.time) as Instant, value, name }, dimensions };
  };
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
