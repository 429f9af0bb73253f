import type { ProblemCode, ProblemDetail } from "@counterpart/domain/catalogue/problems.ts";
import { columnOfTitle, LIST_COLUMNS, type ListColumn } from "./deck-mapping.ts";
import type { ListFormat } from "./read-price-list.ts";

/** Where each column of a list is. */
export interface ColumnsRead {
  /** From 0. */
  readonly places: Readonly<Partial<Record<ListColumn, number>>>;
  /** Titles of the columns that nothing is read from; none when the list has no header. */
  readonly unread: readonly string[];
}

type Tell = <Code extends ProblemCode>(code: Code, detail: ProblemDetail<Code>) => void;

/**
 * The columns that the mapping names, by title or by number from 1; of those that it does not name,
 * the ones whose titles say what they are. `first` is the first line: the header, or with none just
 * as many columns. Null when something that a deck needs is not there, which is told.
 */
export function findListColumns(
  first: readonly string[],
  { mapping, deck }: Pick<ListFormat, "mapping" | "deck">,
  tell: Tell,
): ColumnsRead | null {
  const titles = first.map((title) => title.trim());
  const shown = mapping.header ? titles.join(", ").slice(0, 120) : `${titles.length} columns`;
  const places: Partial<Record<ListColumn, number>> = {};
  let isWhole = true;
  for (const name of LIST_COLUMNS) {
    const wanted = mapping.columns[name];
    if (wanted === undefined) continue;
    const at =
      typeof wanted === "number" ? wanted - 1 : mapping.header ? titles.indexOf(wanted) : -1;
    if (at >= 0 && at < titles.length) places[name] = at;
    else {
      tell("deck.column-not-there", { column: wanted, titles: shown });
      isWhole = false;
    }
  }
  if (mapping.header) guessColumns(titles, places);
  for (const missing of missingColumns({ ...mapping.columns, ...places }, deck.key)) {
    tell("deck.column-missing", { column: missing, titles: shown });
    isWhole = false;
  }
  if (!isWhole) return null;
  const read = new Set(Object.values(places));
  return { places, unread: mapping.header ? titles.filter((_, at) => !read.has(at)) : [] };
}

/** A title that stands for a column which is already found is passed over. */
function guessColumns(
  titles: readonly string[],
  places: Partial<Record<ListColumn, number>>,
): void {
  const taken = new Set(Object.values(places));
  for (const [at, title] of titles.entries()) {
    const name = columnOfTitle(title);
    if (name === null || taken.has(at) || places[name] !== undefined) continue;
    places[name] = at;
  }
  // Beside a country code, the column of networks holds their names.
  if (places.mcc !== undefined && places.network !== undefined && !taken.has(places.network)) {
    places.name ??= places.network;
    delete places.network;
  }
}

/** Of what a deck needs, in `found`; a column that is named and not there is told as that. */
function missingColumns(
  found: Readonly<Partial<Record<ListColumn, unknown>>>,
  key: "prefix" | "network",
): readonly ListColumn[] {
  const has = (...names: readonly ListColumn[]): boolean =>
    names.some((name) => found[name] !== undefined);
  const missing: ListColumn[] = [];
  if (key === "prefix" && !has("prefix", "areaCode", "countryCode")) missing.push("prefix");
  if (key === "network" && !has("network", "mcc")) missing.push("network");
  if (!has("rate", "interRate")) missing.push("rate");
  return missing;
}
