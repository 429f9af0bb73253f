/** Decks, their rows and what becomes of them, as HTTP tells them. */
import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import {
  foremostChanges,
  formatTenths,
  ROW_CHANGES,
  type RowChange,
  rateChangeTenths,
} from "@counterpart/domain/decks/compare-decks.ts";
import { LINT_RULES } from "@counterpart/domain/decks/lint-deck.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import { z } from "zod";
import { perUnit } from "../catalogue/price-schema.ts";
import { pageSchema } from "../http/page.ts";
import { proposedReratingsSchema } from "../reratings/proposed-wire.ts";
import type { ChangedDeck, DeckChange } from "./change-deck.ts";
import type { DatedDeck } from "./deck-shelf.ts";
import type { VersionChange } from "./import-price-list.ts";
import type { DeckLookup } from "./look-up.ts";
import { VERSION_STATES, versionState } from "./version-state.ts";

const time = z.string().describe("RFC 3339");

export const deckHeadSchema = z.object({
  deck: z.string(),
  key: z.enum(["prefix", "network"]),
  currency: z.string(),
  per: perUnit.describe("What a rate is for"),
  noticeDays: z.int().nullable().describe("Days ahead of which increases are told"),
  versions: z.array(
    z.object({
      from: z.string().describe("As the catalogue writes it"),
      at: time,
      state: z.enum(VERSION_STATES),
    }),
  ),
});

export const deckPageSchema = pageSchema(deckHeadSchema);

export const deckRowSchema = z.object({
  key: z.string(),
  originGroup: z.string().optional().describe("Whom the row is for; without it all callers"),
  timeBand: z.string().optional(),
  name: z.string().optional(),
  rate: z.string().nullable().describe("null: blocked"),
  rateNext: z.string().optional(),
  connectFee: z.string().optional(),
  initialIncrement: z.int().optional(),
  subsequentIncrement: z.int().optional(),
  call: z.record(z.string(), z.unknown()).optional().describe("Rules of calls"),
});

const countsSchema = z.object({
  added: z.int(),
  increased: z.int(),
  decreased: z.int(),
  otherwise: z.int().describe("The rate stays, something else does not"),
  unchanged: z.int(),
  deleted: z.int(),
});

const changeSchema = z.object({
  key: z.string(),
  change: z.enum(ROW_CHANGES),
  before: deckRowSchema.nullable(),
  after: deckRowSchema.nullable(),
  percent: z.string().nullable().describe("Of the rate, with one place; null from or to nothing"),
});

const versionChangeSchema = z.object({
  from: z.string(),
  at: time,
  rows: z.int(),
  against: z.string().nullable().describe("Date of the version that it is compared with"),
  replaces: z.boolean().describe("Whether it takes the place of a version of the same date"),
  followedBy: z.string().nullable().describe("Date of the version that takes over from it"),
  counts: countsSchema,
  changes: z.array(changeSchema).describe("The foremost of each kind; the counts tell of all"),
  shortNotice: z.int().describe("Rows that would be dearer sooner than was promised"),
  dearerFrom: z.string().nullable().describe("The first day on which prices may go up"),
  findings: z.array(
    z.object({
      rule: z.enum(LINT_RULES),
      key: z.string(),
      name: z.string().nullable(),
      message: z.string(),
    }),
  ),
  findingCounts: z.record(z.string(), z.int()),
});

export const changedDeckSchema = z.object({
  deck: z.string(),
  created: z.boolean().describe("Whether the deck is a new one"),
  dryRun: z.boolean(),
  revision: z.int().describe("In force now; with dryRun the one that it was compared with"),
  records: z.int().describe("Lines of the list without its header"),
  columnsNotRead: z.array(z.string()),
  versions: z.array(versionChangeSchema),
  reratings: proposedReratingsSchema,
});

export type ChangedDeckWire = z.output<typeof changedDeckSchema>;

/** `listed`: of each kind of change, and of the findings of each rule. */
export function changeToWire(
  { planned, revision, reratings }: ChangedDeck,
  { dryRun }: Pick<DeckChange, "dryRun">,
  listed: number,
): ChangedDeckWire {
  const { deck, isNew, records, columns, versions } = planned;
  return {
    deck: deck.name,
    created: isNew,
    dryRun,
    revision,
    records,
    columnsNotRead: [...(columns?.unread ?? [])],
    versions: versions.map((version) => versionToWire(version, listed)),
    reratings: reratings.map((one) => ({ ...one, agreements: [...one.agreements] })),
  };
}

function versionToWire(
  version: VersionChange,
  listed: number,
): z.output<typeof versionChangeSchema> {
  const { from, at, rows, against, replaces, followedBy, comparison } = version;
  const { shortNotice, dearerFrom, findings } = version;
  const findingCounts: Record<string, number> = {};
  const shown = findings.filter(({ rule }) => {
    findingCounts[rule] = (findingCounts[rule] ?? 0) + 1;
    return findingCounts[rule] <= listed;
  });
  return {
    from,
    at: formatInstant(at),
    rows: rows.length,
    against,
    replaces,
    followedBy,
    counts: comparison.counts,
    changes: foremostChanges(comparison.changes, listed).map(rowChangeToWire),
    shortNotice: shortNotice.length,
    dearerFrom,
    findings: shown,
    findingCounts,
  };
}

function rowChangeToWire(change: RowChange): z.output<typeof changeSchema> {
  const { key, before, after } = change;
  const tenths = rateChangeTenths(change);
  return {
    key,
    change: change.change,
    before: before === null ? null : rowToWire(before),
    after: after === null ? null : rowToWire(after),
    percent: tenths === null ? null : formatTenths(tenths),
  };
}

export function rowToWire({ call, ...row }: DeckRow): z.output<typeof deckRowSchema> {
  return call === undefined ? row : { ...row, call: { ...call } };
}

export const lookupSchema = z.object({
  deck: z.string(),
  number: z.string(),
  at: time,
  version: z.string().nullable().describe("The one in force at the time; null before the first"),
  row: deckRowSchema
    .nullable()
    .describe("The first of `matching`; null: there is no rate, and the event waits"),
  matching: z.array(deckRowSchema).describe("The closest first; of one key special rows first"),
  scheduled: z.array(
    z.object({ from: z.string(), row: deckRowSchema.nullable() }).describe("A later version"),
  ),
});

export function lookupToWire(lookup: DeckLookup): z.output<typeof lookupSchema> {
  const { deck, wanted, at, version, scheduled } = lookup;
  const matching = lookup.matching.map(rowToWire);
  return {
    deck,
    number: wanted,
    at: formatInstant(at),
    version,
    row: matching[0] ?? null,
    matching,
    scheduled: scheduled.map(({ from, row }) => ({
      from,
      row: row === null ? null : rowToWire(row),
    })),
  };
}

export function deckToWire(open: DatedDeck, now: Instant): z.output<typeof deckHeadSchema> {
  const { key, currency, per, noticeDays = null } = open.deck;
  return {
    deck: open.name,
    key,
    currency,
    per,
    noticeDays,
    versions: open.versions.map((version) => ({
      from: version.from,
      at: formatInstant(version.at),
      state: versionState(open, version, now),
    })),
  };
}
