/** How an operator's CSV is to be read: the mapping file of `counterpart deck import`. */
import { Refusal } from "@counterpart/domain/refusals.ts";
import { z } from "zod";
import { locateProblem, sortProblems } from "../catalogue/locate-problem.ts";
import { CALL_COLUMNS } from "../catalogue/read-row-call.ts";
import { readYaml } from "../catalogue/read-yaml.ts";
import { problemsOfIssues } from "../catalogue/schema-problems.ts";
import { ENCODINGS } from "./decode-text.ts";
import { readListIncrements } from "./list-cells.ts";

/** By the title in the header, or by its number from 1. */
const column = z.union([z.string().min(1).max(1000), z.int().min(1).max(1000)]);

const markers = z.array(z.string().max(100)).max(100);

/** What a column of a list can hold; each is a field of a deck row, or a part of one. */
export const LIST_COLUMNS = [
  /**
   * Prefixes: one, or a list with ranges. With `countryCode` or `areaCode` they are joined in this
   * order.
   */
  "countryCode",
  "areaCode",
  "prefix",
  "network",
  "mcc",
  "mnc",
  "name",
  "rate",
  "rateNext",
  "connectFee",
  /** Both in one cell: `60/1`. */
  "increments",
  "initialIncrement",
  "subsequentIncrement",
  /** The day from which the row counts. */
  "effective",
  "currency",
  /** What becomes of the row: `blocked` and `deleted` list the words. */
  "status",
  /** Whom and when the row is for, and its rules of calls, as in our own decks. */
  ...CALL_COLUMNS,
] as const;

export type ListColumn = (typeof LIST_COLUMNS)[number];

const columnsSchema = z.strictObject(
  Object.fromEntries(LIST_COLUMNS.map((name) => [name, column.optional()])) as Record<
    ListColumn,
    z.ZodOptional<typeof column>
  >,
);

export const DATE_FORMATS = [
  "yyyy-mm-dd",
  "yyyymmdd",
  "dd.mm.yyyy",
  "dd/mm/yyyy",
  "mm/dd/yyyy",
] as const;

export const deckMappingSchema = z.strictObject({
  encoding: z.enum(ENCODINGS).optional(),
  delimiter: z.string().length(1, { error: "one character" }).optional(),
  /** Lines above the header, or above the first row. */
  skipLines: z.int().min(0).max(10_000).default(0),
  /** Whether the first line that is read names the columns. */
  header: z.boolean().default(true),
  decimal: z.enum([".", ","]).default("."),
  /** Whether prices are written in hundredths of the deck's currency. */
  prices: z.enum(["units", "cents"]).default("units"),
  dates: z.enum(DATE_FORMATS).default("yyyy-mm-dd"),
  columns: columnsSchema.default({}),
  /** Of every row that has no column, or an empty cell, for it. */
  values: z
    .strictObject({
      rateNext: z.string().trim().optional(),
      connectFee: z.string().trim().optional(),
      initialIncrement: z.int().min(1).optional(),
      subsequentIncrement: z.int().min(1).optional(),
    })
    .default({}),
  /**
   * Words in `status`, or in place of the rate, that say so; small and capital letters are the
   * same.
   */
  blocked: markers.default(["blocked", "closed", "barred"]),
  deleted: markers.default(["deleted", "delete", "removed", "discontinued"]),
});

export type DeckMapping = z.output<typeof deckMappingSchema>;

export const NO_MAPPING: DeckMapping = deckMappingSchema.parse({});

/** Refuses `deck.mapping-invalid` with every problem and its line. */
export function readDeckMapping(text: string, file: string): DeckMapping {
  const yaml = readYaml(text);
  const parsed = deckMappingSchema.safeParse(yaml.value ?? {}, { reportInput: true });
  if (yaml.problems.length === 0 && parsed.success) return parsed.data;
  const issues = parsed.success || yaml.problems.length > 0 ? [] : parsed.error.issues;
  const problems = [
    ...yaml.problems.map(({ line, column, ...found }) =>
      locateProblem(found, () => ({ file, line, column })),
    ),
    ...problemsOfIssues(issues).map((found) =>
      locateProblem(found, (path) => ({ file, ...yaml.locate(path) })),
    ),
  ];
  throw new Refusal("deck.mapping-invalid", { problems: sortProblems(problems) });
}

/**
 * The mapping with increments such as `60/1` for rows that name none. Refuses
 * `deck.increments-malformed`.
 */
export function withIncrements(mapping: DeckMapping, text: string | undefined): DeckMapping {
  if (text === undefined) return mapping;
  const read = readListIncrements(text);
  const [initialIncrement = 0, subsequentIncrement = 0] = read?.map(Number) ?? [];
  if (initialIncrement < 1 || subsequentIncrement < 1) {
    throw new Refusal("deck.increments-malformed", { text: text.slice(0, 40) });
  }
  return { ...mapping, values: { ...mapping.values, initialIncrement, subsequentIncrement } };
}

/** Titles that a column is known by when no mapping names it; written small, without marks. */
const TITLES: Readonly<Partial<Record<ListColumn, readonly string[]>>> = {
  countryCode: ["countrycode", "cc"],
  areaCode: ["areacode", "areacodes", "citycode"],
  prefix: ["prefix", "prefixes", "key", "code", "codes", "dialcode", "dialcodes", "dialprefix"],
  network: ["network", "mccmnc"],
  mcc: ["mcc"],
  mnc: ["mnc"],
  name: ["name", "destination", "destinationname", "description", "operator"],
  rate: ["rate", "price", "rateperminute", "priceperminute", "rateinitial", "newrate"],
  rateNext: ["ratenext", "nextrate"],
  connectFee: ["connectfee", "connectionfee", "setupfee", "connectcharge"],
  increments: ["increments", "billingincrement", "billingincrements", "interval", "rounding"],
  initialIncrement: [
    "initialincrement",
    "initialinterval",
    "firstincrement",
    "increment",
    "incrementseconds",
  ],
  subsequentIncrement: ["subsequentincrement", "nextinterval", "nextincrement"],
  effective: ["effective", "effectivedate", "effectivefrom", "validfrom", "startdate"],
  currency: ["currency"],
  status: ["status", "change", "changetype", "changecode", "action"],
};

/** The column that a title stands for, or null. */
export function columnOfTitle(title: string): ListColumn | null {
  const bare = title.toLowerCase().replace(/[^a-z]/g, "");
  const isKnown = (name: ListColumn): boolean =>
    (TITLES[name] ?? [name.toLowerCase()]).includes(bare);
  return LIST_COLUMNS.find(isKnown) ?? null;
}
