/** Turns the data of a validated event into what rating needs: quantities, numbers and dimensions. */
import type { DialPlan } from "../catalogue/catalogue.ts";
import { quantityFromDecimal } from "../quantity.ts";
import type { BookType } from "../rating/book.ts";
import type { RefusalCode } from "../refusals.ts";
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

/**
 * Quantities, E.164 numbers and dimensions of an event. `data` has passed the schema of its type; numbers
 * are read by the dial plan of its source. Internal numbers have no E.164 form and no country.
 */
export function measureEvent(
  type: BookType,
  data: Readonly<Record<string, unknown>>,
  plan: DialPlan,
): Measured | Unmeasurable {
  const { body } = type;
  const numbers: Record<string, string | undefined> = {};
  for (const field of body.numbers ?? []) {
    const raw = data[field];
    if (typeof raw !== "string") continue;
    const number = readNumber(raw, plan);
    if (number !== null && "e164" in number) numbers[field] = number.e164;
  }
  const quantities: Record<string, number> = {};
  for (const name in body.quantities) {
    const rule = body.quantities[name]!;
    let counts = true;
    for (const field in rule.when) if (data[field] !== rule.when[field]) counts = false;
    if (!counts) quantities[name] = 0;
    else if (rule.field === undefined) quantities[name] = 1;
    else {
      const value = data[rule.field];
      if (value === undefined) continue;
      const quantity = quantityFromDecimal(value as string | number, rule.times ?? 1);
      if (quantity === null) return { refused: "event.quantity-invalid", detail: rule.field };
      quantities[name] = quantity;
    }
  }
  return { quantities, dimensions: dimensionsOf(type, data, numbers), numbers };
}

function dimensionsOf(
  { body }: BookType,
  data: Readonly<Record<string, unknown>>,
  numbers: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const dimensions: Record<string, string | undefined> = {};
  for (const name in body.dimensions) {
    const rule = body.dimensions[name]!;
    if ("field" in rule) {
      const value = data[rule.field];
      if (value !== undefined) dimensions[name] = String(value).slice(0, DIMENSION_LENGTH_MAX);
    } else if ("countryOf" in rule) {
      const number = numbers[rule.countryOf];
      if (number !== undefined) dimensions[name] = countryOfNumber(number) ?? undefined;
    } else {
      const mcc = data[rule.network[0]];
      const mnc = data[rule.network[1]];
      if (mcc !== undefined) dimensions[name] = mnc === undefined ? `${mcc}` : `${mcc}-${mnc}`;
    }
  }
  dimensions.channel = channelOf(body.channel, dimensions);
  return dimensions;
}

function channelOf(
  template: string,
  dimensions: Readonly<Record<string, string | undefined>>,
): string {
  if (!template.includes("{")) return template;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => dimensions[name] ?? "");
}
