/** Prices that stand on a meter: what the meter is, which events it counts, and what its value counts. */
import { assert } from "../assert.ts";
import { type EventMeter, isDerived, type Meter } from "../meters/meter.ts";
import type { Term } from "./catalogue.ts";

/** Meters by name. */
export type Meters = Readonly<Record<string, Meter>>;

/** Name of what a value counts that is no quantity of an event: calls at once, callers, a ratio. */
export const COUNTED_UNITS = "units";

/** A term in force whose price stands on a meter, with the definitions of the meters that it needs. */
export type MeteredTerm = Term & { readonly meter: string; readonly meters: Meters };

export function isMeteredTerm(term: Term): term is MeteredTerm {
  return term.meter !== undefined && "meters" in term;
}

/**
 * The meters that one stands on, itself first, by the names in its expression. An expression over meters
 * holds no texts, so every name in it that is a meter's is used. Meters in a circle are each named once.
 */
export function metersUnder(name: string, meters: Meters): ReadonlyMap<string, Meter> {
  const found = new Map<string, Meter>();
  const visit = (one: string): void => {
    if (found.has(one) || !Object.hasOwn(meters, one)) return;
    const meter = meters[one]!;
    found.set(one, meter);
    if (isDerived(meter)) (meter.derive.match(/[A-Za-z_]\w*/g) ?? []).forEach(visit);
  };
  visit(name);
  return found;
}

/** The meters over events that a meter stands on: itself, or those that it is derived from. */
export function eventMetersUnder(name: string, meters: Meters): readonly EventMeter[] {
  return [...metersUnder(name, meters).values()].flatMap((meter) =>
    isDerived(meter) ? [] : [meter],
  );
}

/**
 * A term as it is in force: with the definitions of its meters, so that what was stated by one stays
 * measured by it when the meter is edited, and a rate per unit as the tier that it is.
 */
export function resolveMeter(term: Term, meters: Meters): Term | MeteredTerm {
  const { meter, price } = term;
  if (meter === undefined) return term;
  const definitions = Object.fromEntries(
    Array.from(metersUnder(meter, meters), ([name, { title: _, ...body }]) => [name, body]),
  );
  if (price.model !== "perUnit") return { ...term, meter, meters: definitions };
  const { per, rate } = price;
  const tiers = [{ upTo: null, rate }];
  return { ...term, meter, price: { model: "graduated", per, tiers }, meters: definitions };
}

/** Events that a term counts. */
export interface Intake {
  readonly on: string;
  readonly where?: Term["where"];
  /** Whether being counted is a price for them. */
  readonly covers: boolean;
}

/**
 * The events that a metered term counts, by event type. Where meters of one type name different conditions,
 * all of its events are counted, and where a filter decides, it is not known as they come: neither is a
 * price for an event.
 */
export function intakesOf({ meter, meters }: MeteredTerm): readonly Intake[] {
  const byType = new Map<string, EventMeter[]>();
  for (const one of eventMetersUnder(meter, meters)) {
    byType.set(one.on, [...(byType.get(one.on) ?? []), one]);
  }
  return Array.from(byType, ([on, ofType]): Intake => {
    const [first] = ofType;
    assert(first !== undefined, "a type is counted by a meter");
    const text = JSON.stringify(first.where ?? {});
    const isSame = ofType.every(({ where }) => JSON.stringify(where ?? {}) === text);
    const covers = isSame && ofType.some(({ filter }) => filter === undefined);
    return { on, ...(isSame ? { where: first.where } : {}), covers };
  });
}

/** What the values of a meter count: a quantity in smallest units, or units. */
export function countedBy(meter: Meter): string {
  if (isDerived(meter)) return COUNTED_UNITS;
  switch (meter.aggregation) {
    case "count":
    case "uniqueCount":
    case "peakConcurrent":
      return COUNTED_UNITS;
    default:
      return meter.of ?? COUNTED_UNITS;
  }
}

/** What a metered term counts, for people: a level of bytes over hours is `bytes × hours`. */
export function measureOfMeter({ meter, meters }: MeteredTerm): string {
  const definition = meters[meter];
  assert(definition !== undefined, "a metered term brings its meter along");
  const counted = countedBy(definition);
  const over = isDerived(definition) ? undefined : definition.over;
  return over === undefined || over === "range" ? counted : `${counted} × ${over}s`;
}

/** Whether what an event sets goes on into later months. */
export function holdsLevels(term: Term): boolean {
  if (!isMeteredTerm(term)) return false;
  const under = eventMetersUnder(term.meter, term.meters);
  return under.some(({ aggregation }) => aggregation === "timeWeighted");
}
