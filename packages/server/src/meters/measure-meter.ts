/** What a meter comes to over a range, computed from the stored events. */
import { assert } from "@counterpart/domain/assert.ts";
import type { Meters } from "@counterpart/domain/catalogue/metered-term.ts";
import { compileMeasures, measureEvent } from "@counterpart/domain/events/measure-event.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import { startAggregate } from "@counterpart/domain/meters/aggregate.ts";
import { filterNames } from "@counterpart/domain/meters/expression.ts";
import { type EventMeter, isDerived, type Meter } from "@counterpart/domain/meters/meter.ts";
import type { MeterValue } from "@counterpart/domain/meters/meter-value.ts";
import type { Aggregate, Range, Reading } from "@counterpart/domain/meters/reading.ts";
import type { Book, BookType } from "@counterpart/domain/rating/book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "../platform/database.ts";
import { compileDerived, compileFilter, type Filter, metersOf } from "./expressions.ts";
import { eachPage, type MeteredRow } from "./meters.repo.ts";

/** What is measured, of what and when. */
export interface Measurement {
  readonly book: Book;
  /** The meter and those that it stands on. */
  readonly meters: Meters;
  readonly range: Range;
  /** Names; null for all. */
  readonly accounts: readonly string[] | null;
  /** `account`, `day` and `month` (UTC), and dimensions of the event types. */
  readonly groupBy: readonly string[];
  /** Only events that were counted up to this cut; null: all. */
  readonly cut: number | null;
  /** With the events of the connection's preview in place of the stored ones. */
  readonly previewed?: boolean | undefined;
  /** Whether an expression that fails where all its meters are 0 has no value, as 0 / 0, or is refused. */
  readonly noneOfNothing: boolean;
}

export interface Measured {
  /** null: there is no such value without events. */
  readonly value: MeterValue | null;
  /** Events of the range behind it; of a derived meter, the most that a meter under it has. */
  readonly events: bigint;
}

/** Values by the values of `groupBy` as JSON; without any, one. */
export type MeasuredGroups = ReadonlyMap<string, Measured>;

const GROUPS_MAX = 10_000;
/** What sets a level may be so much older than the range in which it holds. */
export const LEVEL_DAYS_BACK = 400;
const DAY = 86_400_000;

/**
 * The meter's value of each group. Reads the events of the range once for each meter over events, inside of
 * the connection's open transaction: costs with these events, some 10 µs each. Refuses
 * `meter.too-many-groups`, `meter.too-many-names` and `meter.expression-failed`.
 */
export async function measureMeter(
  db: Db,
  measurement: Measurement,
  name: string,
): Promise<MeasuredGroups> {
  const { meters } = measurement;
  const meter = meterOf(meters, name);
  if (!isDerived(meter)) return await aggregateEvents(db, measurement, meter);
  const names = Object.keys(meters);
  const derive = compileDerived(meter.derive, names);
  const used = new Map<string, MeasuredGroups>();
  for (const one of metersOf(meter.derive, names)) {
    used.set(one, await measureMeter(db, measurement, one));
  }
  const keys = new Set([...used.values()].flatMap((groups) => [...groups.keys()]));
  return new Map([...keys].map((key) => [key, derivedOf(derive, key, used, measurement)]));
}

function meterOf(meters: Meters, name: string): Meter {
  assert(Object.hasOwn(meters, name), "who measures has looked the meter up");
  return meters[name]!;
}

/** No value when a meter that it stands on has none there. */
function derivedOf(
  derive: ReturnType<typeof compileDerived>,
  key: string,
  used: ReadonlyMap<string, MeasuredGroups>,
  { meters, range, noneOfNothing }: Measurement,
): Measured {
  const values: Record<string, MeterValue> = {};
  let events = 0n;
  for (const [name, groups] of used) {
    const measured = groups.get(key) ?? { value: valueOfNothing(meters, name, range), events: 0n };
    if (measured.events > events) events = measured.events;
    if (measured.value === null) return { value: null, events };
    values[name] = measured.value;
  }
  const isNothing = Object.values(values).every(({ numerator }) => numerator === 0n);
  try {
    return { value: derive(values), events };
  } catch (error) {
    const hasNoValue = error instanceof Refusal && error.code === "meter.expression-failed";
    if (noneOfNothing && isNothing && hasNoValue) return { value: null, events };
    throw error;
  }
}

/** A group in which a meter has no event: a count is 0 there, an average is none. */
function valueOfNothing(meters: Meters, name: string, range: Range): MeterValue | null {
  const meter = meterOf(meters, name);
  return isDerived(meter) ? null : startAggregate(meter, range).value();
}

interface Counted {
  readonly aggregate: Aggregate;
  events: bigint;
}

async function aggregateEvents(
  db: Db,
  { book, range, accounts, groupBy, cut, previewed = false }: Measurement,
  meter: EventMeter,
): Promise<MeasuredGroups> {
  const type = book.types.get(meter.on);
  assert(type !== undefined, "apply checked the meter's event type");
  const reader = compileReader(meter, book, type);
  const groups = new Map<string, Counted>();
  const take = (rows: readonly MeteredRow[]): void => {
    for (const row of rows) {
      const read = reader(row);
      if (read === null) continue;
      const key = JSON.stringify(groupBy.map((name) => groupValue(name, row, read.dimensions)));
      let group = groups.get(key);
      if (group === undefined) {
        if (groups.size === GROUPS_MAX) {
          throw new Refusal("meter.too-many-groups", { max: GROUPS_MAX });
        }
        group = { aggregate: startAggregate(meter, range), events: 0n };
        groups.set(key, group);
      }
      group.aggregate.add(read.reading);
      if (read.reading.time >= range.from) group.events++;
    }
  };
  const isLevel = meter.aggregation === "timeWeighted";
  const first = isLevel ? range.from - LEVEL_DAYS_BACK * DAY : range.from;
  const query = {
    type: meter.on,
    from: formatInstant(first as Instant),
    to: formatInstant(range.to),
    accounts,
    cut,
    previewed,
  };
  await eachPage(db, query, take);
  if (groupBy.length === 0 && groups.size === 0) {
    groups.set("[]", { aggregate: startAggregate(meter, range), events: 0n });
  }
  return new Map(
    Array.from(groups, ([key, { aggregate, events }]) => [
      key,
      { value: aggregate.value(), events },
    ]),
  );
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
