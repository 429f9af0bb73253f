/** Turns the data of a validated event into what rating needs: quantities, numbers and dimensions. */
import type { DialPlan } from "../catalogue/source.ts";
import { quantityFromDecimal } from "../quantity.ts";
import type { BookType } from "../rating/book.ts";
import type { RefusalCode } from "../refusals.ts";
import { originClassOf } from "../voice/origin-class.ts";
import type { DimensionRule, EventType } from "./event-type.ts";
import { countryOfNumber, readNumber } from "./read-number.ts";

export interface Measured {
  readonly quantities: Record<string, number>;
  readonly dimensions: Record<string, string | undefined>;
  readonly numbers: Record<string, string | undefined>;
}

export interface Unmeasurable {
  readonly refused: RefusalCode;
  readonly detail: string;
}

/** Values of dimensions are cut here: they become part of keys. */
const DIMENSION_LENGTH_MAX = 64;

/** The rules of an event type in the form that is quickest to follow. */
export interface Measures {
  readonly numbers: readonly string[];
  readonly quantities: readonly {
    readonly name: string;
    readonly field: string | null;
    readonly times: number;
    readonly when: readonly (readonly [field: string, value: string])[];
  }[];
  readonly dimensions: readonly (readonly [name: string, rule: DimensionRule])[];
  /** The channel's template cut at the names that it holds: each odd part is a name. */
  readonly channel: readonly string[];
}

/** `named`: the dimensions that something asks for; those that cost much are left out otherwise. */
export function compileMeasures(body: EventType, named?: ReadonlySet<string>): Measures {
  return {
    numbers: body.numbers ?? [],
    quantities: Object.entries(body.quantities).map(([name, { field, times, when }]) => {
      return { name, field: field ?? null, times: times ?? 1, when: Object.entries(when ?? {}) };
    }),
    dimensions: Object.entries(body.dimensions).filter(
      ([name, rule]) =>
        named === undefined ||
        named.has(name) ||
        body.channel.includes(`{${name}}`) ||
        !("originClassOf" in rule),
    ),
    channel: body.channel.split(/\{(\w+)\}/),
  };
}

/**
 * Quantities, E.164 numbers and dimensions of an event. `data` has passed the schema of its type; numbers
 * are read by the dial plan of its source. Internal numbers have no E.164 form and no country.
 */
export function measureEvent(
  { measures }: Pick<BookType, "measures">,
  data: Readonly<Record<string, unknown>>,
  plan: DialPlan,
): Measured | Unmeasurable {
  const numbers: Record<string, string | undefined> = {};
  for (const field of measures.numbers) {
    const raw = data[field];
    if (typeof raw !== "string") continue;
    const number = readNumber(raw, plan);
    if (number !== null && "e164" in number) numbers[field] = number.e164;
  }
  const quantities: Record<string, number> = {};
  for (const { name, field, times, when } of measures.quantities) {
    let counts = true;
    for (const [condition, value] of when) if (data[condition] !== value) counts = false;
    if (!counts) quantities[name] = 0;
    else if (field === null) quantities[name] = 1;
    else {
      const value = data[field];
      if (value === undefined) continue;
      const quantity = quantityFromDecimal(value as string | number, times);
      if (quantity === null) return { refused: "event.quantity-invalid", detail: field };
      quantities[name] = quantity;
    }
  }
  return { quantities, dimensions: dimensionsOf(measures, data, numbers), numbers };
}

function dimensionsOf(
  measures: Measures,
  data: Readonly<Record<string, unknown>>,
  numbers: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const dimensions: Record<string, string | undefined> = {};
  for (const [name, rule] of measures.dimensions) {
    if ("field" in rule) {
      const value = data[rule.field];
      if (value !== undefined) dimensions[name] = String(value).slice(0, DIMENSION_LENGTH_MAX);
    } else if ("countryOf" in rule) {
      const number = numbers[rule.countryOf];
      if (number !== undefined) dimensions[name] = countryOfNumber(number) ?? undefined;
    } else if ("originClassOf" in rule) {
      const written = data[rule.originClassOf];
      const text = typeof written === "string" ? written : "";
      const caller = numbers[rule.originClassOf];
      dimensions[name] = originClassOf(text, caller, numbers[rule.to]);
    } else {
      const mcc = data[rule.network[0]];
      const mnc = data[rule.network[1]];
      if (mcc !== undefined) dimensions[name] = mnc === undefined ? `${mcc}` : `${mcc}-${mnc}`;
    }
  }
  dimensions.channel = channelOf(measures.channel, dimensions);
  return dimensions;
}

function channelOf(
  parts: readonly string[],
  dimensions: Readonly<Record<string, string | undefined>>,
): string {
  let channel = parts[0]!;
  for (let at = 1; at < parts.length; at += 2) {
    channel += (dimensions[parts[at]!] ?? "") + parts[at + 1]!;
  }
  return channel;
}
