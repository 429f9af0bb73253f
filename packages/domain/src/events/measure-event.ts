/** Turns the data of a validated event into what rating needs: quantities, numbers and dimensions. */
import type { DialPlan } from "../catalogue/source.ts";
import { quantityFromDecimal } from "../quantity.ts";
import type { BookType } from "../rating/book.ts";
import type { RefusalCode } from "../refusals.ts";
import type { EventType, TextRule } from "./event-type.ts";
import {
  compileDimensions,
  cutTemplate,
  type DimensionMeasures,
  type Dimensions,
  isNumberOf,
  measureDimensions,
  type Numbers,
} from "./measure-dimensions.ts";
import { measureText, type TextMeasured } from "./measure-text.ts";
import { readNumber } from "./read-number.ts";

export interface Measured {
  readonly quantities: Record<string, number>;
  readonly dimensions: Dimensions;
  readonly numbers: Numbers;
  /** Fields of `data` that a text made known; null for none. */
  readonly counted: Readonly<Record<string, string | number>> | null;
}

export interface Unmeasurable {
  readonly refused: RefusalCode;
  readonly detail: string;
}

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
  readonly dimensions: DimensionMeasures;
  /** The template of the id that an event must have, cut at its names of fields; null: any. */
  readonly id: readonly string[] | null;
}

/**
 * `named`: the dimensions that something asks for, and `numbers`: the fields of the numbers that prices look
 * up; the others are left out, but the numbers that dimensions follow from. Absent: all of them.
 */
export function compileMeasures(
  body: EventType,
  named?: ReadonlySet<string>,
  numbers?: ReadonlySet<string>,
): Measures {
  const dimensions = compileDimensions(body, named);
  return {
    numbers: (body.numbers ?? []).filter(
      (field) => numbers === undefined || numbers.has(field) || isNumberOf(dimensions, field),
    ),
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
    dimensions,
    id: body.id === undefined ? null : cutTemplate(body.id),
  };
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
  const dimensions = measureDimensions(measures.dimensions, data, numbers);
  return { quantities, dimensions, numbers, counted };
}

function meets(
  data: Readonly<Record<string, unknown>>,
  when: Measures["quantities"][number]["when"],
): boolean {
  for (const [field, values] of when) if (!values.includes(data[field])) return false;
  return true;
}
