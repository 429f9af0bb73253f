/** The use case behind `counterpart apply` and `POST /v1/catalogue`: check, show, publish. */
import type { Catalogue, DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { checkCatalogue } from "@counterpart/domain/catalogue/check-catalogue.ts";
import { checkChange } from "@counterpart/domain/catalogue/check-change.ts";
import {
  type CatalogueChange,
  diffCatalogue,
} from "@counterpart/domain/catalogue/diff-catalogue.ts";
import {
  describeMeasureChange,
  findMeasureChanges,
} from "@counterpart/domain/catalogue/find-measure-changes.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import {
  describeMismatch,
  findPolicyMismatches,
} from "@counterpart/domain/messages/find-policy-mismatches.ts";
import { checkZone, instantOfDateOrInstant } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { expressionChecks } from "../meters/expressions.ts";
import type { Database, Db } from "../platform/database.ts";
import { type ProposedRerating, proposeReratings } from "../reratings/propose-reratings.ts";
import { loadCatalogue, loadHandles, loadRevision } from "./catalogue.repo.ts";
import { loadDeckRows } from "./deck-rows.repo.ts";
import { deckRowsInForce } from "./deck-rows-to-write.ts";
import { locateProblem, sortProblems } from "./locate-problem.ts";
import { publishCatalogue, type StoredDecks } from "./publish-catalogue.ts";
import type { ReadCatalogue } from "./resolve-bundle.ts";

export interface ApplyRequest {
  readonly read: ReadCatalogue;
  /** Who applies it, for the history. */
  readonly by: string;
  /** Check and show the difference, change nothing. */
  readonly dryRun: boolean;
  readonly expectedRevision?: number | undefined;
  /** Of decks that were read at that revision. */
  readonly stored?: StoredDecks | undefined;
  /** Nothing is published any more when it is aborted: its reason is thrown. */
  readonly stop?: AbortSignal | undefined;
}

export interface Applied {
  readonly changes: readonly CatalogueChange[];
  /** What is allowed and may not be meant. */
  readonly notes: readonly string[];
  /** Ranges of events that the catalogue before has priced, and this one would price otherwise. */
  readonly reratings: readonly ProposedRerating[];
  /** In force now; with `dryRun` the one that the changes would be made to. */
  readonly revision: number;
}

/** Refuses with every problem at once. Applying what is in force already changes nothing. */
export async function applyCatalogue(database: Database, request: ApplyRequest): Promise<Applied> {
  const { read, by, dryRun, expectedRevision, stored, stop } = request;
  const db = database.pool("reader");
  const revision = await loadRevision(db);
  const current = await loadCatalogue(db);
  const catalogue = checked(read, current);
  const previousRows = await previousDeckRows(db, current, catalogue);
  const changes = diffCatalogue(
    current,
    catalogue,
    (hash) => read.deckRows.get(hash) ?? previousRows.get(hash),
  );
  const notes = [
    ...findPolicyMismatches(catalogue).map(describeMismatch),
    ...(current === null ? [] : findMeasureChanges(current, catalogue)).map(describeMeasureChange),
  ];
  if (changes.length === 0) return { changes, notes, reratings: [], revision };
  const propose = () => proposeReratings(db, current, catalogue);
  if (dryRun) return { changes, notes, reratings: await propose(), revision };
  const published = await publishCatalogue(database, {
    catalogue,
    deckRows: read.deckRows,
    by,
    expectedRevision: expectedRevision ?? revision,
    stored,
    stop,
  });
  // Afterwards, when the catalogue before prices nothing more.
  return { changes, notes, reratings: await propose(), revision: published.revision };
}

/** The catalogue, if nothing is wrong with it; else every problem that can be told, sorted by place. */
function checked(
  { catalogue, problems, locate }: ReadCatalogue,
  current: Catalogue | null,
): Catalogue {
  const found =
    catalogue === null
      ? []
      : [
          ...checkCatalogue(catalogue, BUILT_IN_TYPES, expressionChecks),
          ...(current === null ? [] : checkChange(current, catalogue)),
        ];
  const all = [...problems, ...found.map((problem) => locateProblem(problem, locate))];
  if (catalogue !== null && all.length === 0) return catalogue;
  throw new Refusal("catalogue.invalid", { problems: sortProblems(all) });
}

/** Rows that versions in force have and the new catalogue does not name, so that they can be compared. */
async function previousDeckRows(
  db: Db,
  current: Catalogue | null,
  next: Catalogue,
): Promise<Map<string, DeckRow[]>> {
  const rows = new Map<string, DeckRow[]>();
  if (current === null) return rows;
  const zone = checkZone(current.provider.timeZone);
  const handles = await loadHandles(db);
  for (const [name, deck] of Object.entries(current.decks)) {
    const kept = new Set(next.decks[name]?.versions.map((version) => version.rows));
    const gone = deck.versions.filter((version) => !kept.has(version.rows));
    if (gone.length === 0) continue;
    const stored = await loadDeckRows(db, handles.get(`deck/${name}`)!);
    for (const version of gone) {
      rows.set(version.rows, deckRowsInForce(stored, instantOfDateOrInstant(zone, version.from)));
    }
  }
  return rows;
}
