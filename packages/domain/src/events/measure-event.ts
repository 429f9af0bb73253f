/** Turns the data of a validated event into what rating needs: quantities, numbers and dimensions. */
import type { DialPlan } from "../catalogue/source.ts";
import { quantityFromDecimal } from "../quantity.ts";
import type { BookType } from "../rating/book.ts";
import type { RefusalCode } from "../refusals.ts";
import { originClassOf } from "../voice/origin-class.ts";
import type { DimensionRule, EventType, TextRule } from "./event-type.ts";
import { measureText, type TextMeasured } from "./measure-text.ts";
import { countryOfNumber, readNumber } from "./read-number.ts";

export interface Measured {
  readonly quantities: Record<string, number>;
  readonly dimensions: Record<string, string | undefined>;
  readonly numbers: Record<string, string | undefined>;
  /** Fields of `data` that a text made known; null for none. */
  readonly counted: Readonly<Record<string, string | number>> | null;
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
    readonly when: readonly (readonly [field: string, values: readonly unknown[]])[];
    readonly text: TextRule | null;
    readonly absent: number | null;
  }[];
  readonly dimensions: readonly MeasuredDimension[];
  /** The channel's template cut at the names that it holds: each odd part is a name. */
  readonly channel: readonly string[];
  /** The same of the id that an event must have, with names of fields; null: any. */
  readonly id: readonly string[] | null;
}

/** Of one shape, so that following it costs the same for each kind. */
interface MeasuredDimension {
  readonly name: string;
  readonly kind: "field" | "countryOf" | "originClassOf" | "network";
  /** The field, that of the caller, or that of the MCC. */
  readonly field: string;
  /** That of the number called, or of the MNC. */
  readonly other: string;
}

function measuredDimension(name: string, rule: DimensionRule): MeasuredDimension {
  if ("field" in rule) return { name, kind: "field", field: rule.field, other: "" };
  if ("countryOf" in rule) return { name, kind: "countryOf", field: rule.countryOf, other: "" };
  if ("originClassOf" in rule) {
    return { name, kind: "originClassOf", field: rule.originClassOf, other: rule.to };
  }
  return { name, kind: "network", field: rule.network[0], other: rule.network[1] };
}

/** `named`: the dimensions that something asks for; those that cost much are left out otherwise. */
export function compileMeasures(body: EventType, named?: ReadonlySet<string>): Measures {
  return {
    numbers: body.numbers ?? [],
    quantities: Object.entries(body.quantities).map(([name, rule]) => ({
      name,
      field: rule.field ?? null,
      times: rule.times ?? 1,
      when: Object.entries(rule.when ?? {}).map(([field, values]) => [
        field,
        typeof values === "string" ? [values] : values,
      ]),
      text: rule.text ?? null,
      absent: rule.absent ?? null,
    })),
    dimensions: Object.entries(body.dimensions)
      .filter(
        ([name, rule]) =>
          named === undefined ||
          named.has(name) ||
          body.channel.includes(`{${name}}`) ||
          !("originClassOf" in rule),
      )
      .map(([name, rule]) => measuredDimension(name, rule)),
    channel: cutTemplate(body.channel),
    id: body.id === undefined ? null : cutTemplate(body.id),
  };
}

function cutTemplate(template: string): readonly string[] {
  return template.split(/\{(\w+)\}/);
}

/** The id that an event with this data must have; null: any. `data` has passed its schema. */
export function prescribedId(
  { id }: Measures,
  data: Readonly<Record<string, unknown>>,
): string | null {
  if (id === null) return null;
  return id.map((part, at) => (at % 2 === 0 ? part : String(data[part] ?? ""))).join("");
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
  let counted: TextMeasured["counted"] | null = null;
  for (const { name, field, times, when, text, absent } of measures.quantities) {
    if (!meets(data, when)) {
      quantities[name] = 0;
    } else if (field === null) {
      quantities[name] = 1;
    } else {
      let value = data[field];
      if (text !== null && data[text.field] !== undefined) {
        const measured = measureText(data, field, text);
        if ("refused" in measured) return measured;
        counted = Object.assign({}, counted, measured.counted);
        value = measured.counted[field];
      }
      if (value === undefined) {
        if (absent !== null) quantities[name] = absent;
        continue;
      }
      const quantity = quantityFromDecimal(value as string | number, times);
      if (quantity === null) return { refused: "event.quantity-invalid", detail: field };
      quantities[name] = quantity;
    }
  }
  return { quantities, dimensions: dimensionsOf(measures, data, numbers), numbers, counted };
}

function meets(
  data: Readonly<Record<string, unknown>>,
  when: Measures["quantities"][number]["when"],
): boolean {
  for (const [field, values] of when) if (!values.includes(data[field])) return false;
  return true;
}

function dimensionsOf(
  measures: Measures,
  data: Readonly<Record<string, unknown>>,
  numbers: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const dimensions: Record<string, string | undefined> = {};
  for (const { name, kind, field, other } of measures.dimensions) {
    if (kind === "countryOf") {
      const number = numbers[field];
      if (number !== undefined) dimensions[name] = countryOfNumber(number) ?? undefined;
      continue;
    }
    if (kind === "originClassOf") {
      const written = data[field];
      const text = typeof written === "string" ? written : "";
      dimensions[name] = originClassOf(text, numbers[field], numbers[other]);
      continue;
    }
    const value = data[field];
    if (value === undefined) continue;
    const text = kind === "network" ? networkOf(value, data[other]) : String(value);
    dimensions[name] = text.length > DIMENSION_LENGTH_MAX ? cut(text) : text;
  }
  dimensions.channel = channelOf(measures.channel, dimensions);
  return dimensions;
}

function networkOf(mcc: unknown, mnc: unknown): string {
  return mnc === undefined ? `${mcc}` : `${mcc}-${mnc}`;
}

function cut(text: string): string {
  return text.slice(0, DIMENSION_LENGTH_MAX);
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
