import { parseDecimal } from "../decimal.ts";
import { settle, type Whole } from "./whole.ts";

/** The least and the most that one event costs, in pico-units; null for no limit. */
export interface EventLimits {
  readonly least: Whole | null;
  readonly most: Whole | null;
}

/** Refuses what `parseDecimal` refuses. */
export function compileEventLimits(price: {
  readonly minimumPerEvent?: string | undefined;
  readonly maximumPerEvent?: string | undefined;
}): EventLimits {
  const limit = (text: string | undefined): Whole | null =>
    text === undefined ? null : settle(parseDecimal(text, 12));
  return { least: limit(price.minimumPerEvent), most: limit(price.maximumPerEvent) };
}

/** 2.9 % of 4.00 is 0.116; with at least 0.20 and at most 5.00 an event it is 0.20. */
export function withinLimits({ least, most }: EventLimits, amount: Whole): Whole {
  if (most !== null && amount > most) return most;
  return least !== null && amount < least ? least : amount;
}
