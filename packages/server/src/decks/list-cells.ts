/**
 * The cells of a price list as our decks write them: plain decimals, dates with dashes, known
 * words.
 */
import { attempt } from "@counterpart/domain/catalogue/check-values.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { parseLocalDay, startOfLocalDay, type Zone } from "@counterpart/domain/period.ts";
import type { DATE_FORMATS, DeckMapping } from "./deck-mapping.ts";

/**
 * A price as a plain decimal of the currency, or null. The deck's own currency may stand beside it;
 * any other mark is refused, because a mark that groups thousands elsewhere is a decimal mark here.
 */
export function readListPrice(
  text: string,
  currency: string,
  { decimal, prices }: Pick<DeckMapping, "decimal" | "prices">,
): string | null {
  const bare = text.replace(new RegExp(`^${currency}\\s*|\\s*${currency}$`, "i"), "");
  const mark = decimal === "," ? "," : "\\.";
  const [, whole, fraction = ""] = new RegExp(`^(\\d*)(?:${mark}(\\d+))?$`).exec(bare) ?? [];
  if (whole === undefined || (whole === "" && fraction === "")) return null;
  if (prices === "units") return joined(whole, fraction);
  const hundredths = whole.padStart(3, "0");
  return joined(hundredths.slice(0, -2), hundredths.slice(-2) + fraction);
}

function joined(whole: string, fraction: string): string {
  const digits = whole === "" ? "0" : whole;
  return fraction === "" ? digits : `${digits}.${fraction}`;
}

type DateFormat = (typeof DATE_FORMATS)[number];

const DATES: Readonly<Record<DateFormat, RegExp>> = {
  "yyyy-mm-dd": /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)$/,
  yyyymmdd: /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)$/,
  "dd.mm.yyyy": /^(?<day>\d\d?)\.(?<month>\d\d?)\.(?<year>\d{4})$/,
  "dd/mm/yyyy": /^(?<day>\d\d?)\/(?<month>\d\d?)\/(?<year>\d{4})$/,
  "mm/dd/yyyy": /^(?<month>\d\d?)\/(?<day>\d\d?)\/(?<year>\d{4})$/,
};

/**
 * The day as `2026-12-01` and its first instant, or null. A midnight behind the date is left out.
 */
export function readListDate(
  text: string,
  format: DateFormat,
  zone: Zone,
): { readonly from: string; readonly at: Instant } | null {
  const date = text.replace(/[T ]00:00(?::00)?$/, "");
  const groups = DATES[format].exec(date)?.groups;
  if (groups === undefined) return null;
  const { year = "", month = "", day = "" } = groups;
  const from = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const local = attempt(() => parseLocalDay(from));
  return local === null ? null : { from, at: startOfLocalDay(zone, local) };
}

/** `60/1` or `60-1`; also `1/60/1`, whose first number is what no price depends on. */
export function readListIncrements(text: string): readonly [string, string] | null {
  const parts = text.split(/\s*[/:-]\s*/);
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^\d+$/.test(part))) {
    return null;
  }
  return [parts.at(-2)!, parts.at(-1)!];
}

/** Changes that lists name and that the comparison finds out for itself. */
const OTHER_WORDS: readonly string[] = [
  "",
  "new",
  "add",
  "added",
  "active",
  "open",
  "current",
  "same",
  "unchanged",
  "no change",
  "change",
  "changed",
  "update",
  "updated",
  "increase",
  "increased",
  "decrease",
  "decreased",
];

export type ListState = "priced" | "blocked" | "deleted";

/**
 * What the status cell, or a word in place of the rate, says of the row; null for an unknown word.
 */
export function readListState(
  status: string,
  rate: string,
  { blocked, deleted }: Pick<DeckMapping, "blocked" | "deleted">,
): ListState | null {
  const has = (words: readonly string[], text: string): boolean =>
    words.some((word) => word.toLowerCase() === text);
  for (const text of [status.toLowerCase(), rate.toLowerCase()]) {
    if (text === "") continue;
    if (has(deleted, text)) return "deleted";
    if (has(blocked, text)) return "blocked";
  }
  return OTHER_WORDS.includes(status.toLowerCase()) ? "priced" : null;
}
