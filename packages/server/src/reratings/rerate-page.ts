/**
 * Some events by the book in force: what of them changes, and which can no longer be rated. A preview and a
 * re-rating are this code; only one of them stores what it finds.
 */
import type { Book } from "@counterpart/domain/rating/book.ts";
import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import { areSameCharges } from "@counterpart/domain/rating/charge-changes.ts";
import { isRated, type RatedCandidate } from "../events/encode-events.ts";
import { numberNewTuples } from "../events/group-writer.ts";
import { prepareEvent, type Unrated } from "../events/prepare-event.ts";
import type { SchemaChecks } from "../events/schema-checks.ts";
import type { ChargedTerms } from "../facts/charged-terms.ts";
import type { Change } from "../facts/commit-facts.ts";
import { type EventVersion, type KnownEvent, loadKnownEvents } from "../facts/known-event.ts";
import { bodyOf, versionOf } from "../facts/price-version.ts";
import type { Db } from "../platform/database.ts";
import { type CompiledFilter, isAbout } from "./rerating-filter.ts";
import type { Address, LeftEvent } from "./reratings.repo.ts";

export interface Pricing {
  readonly book: Book;
  readonly checks: SchemaChecks;
  readonly terms: ChargedTerms;
}

export interface RatedPage {
  /** Events that stand where they were looked for and are of a type that is asked for. */
  readonly tried: number;
  readonly changes: readonly Change[];
  readonly left: readonly (LeftEvent & { readonly event: string })[];
}

export async function reratePage(
  db: Db,
  { book, checks, terms }: Pricing,
  filter: CompiledFilter,
  addresses: readonly Address[],
): Promise<RatedPage> {
  const known = await loadKnownEvents(
    db,
    addresses.map(({ key }) => key),
  );
  const standing = addresses.flatMap((address) => {
    const event = known.get(address.key);
    return event != null && standsAt(event, address, filter) ? [event] : [];
  });
  const left: RatedPage["left"][number][] = [];
  const rated: { event: KnownEvent; candidate: RatedCandidate }[] = [];
  for (const event of standing) {
    const { receivedAt } = event;
    const standing = { book, checks, receivedAt, sources: null, anyAge: true } as const;
    const prepared = prepareEvent(bodyOf(event), standing);
    if ("key" in prepared && isRated(prepared)) rated.push({ event, candidate: prepared });
    else left.push({ ...leftOf(event), ...reasonOf(prepared) });
  }
  await numberNewTuples(
    db,
    rated.map(({ candidate }) => candidate),
  );
  const versions = rated.map(({ event, candidate }) => ({
    event,
    version: sayingTheSame(versionOf(candidate, event.standing.version), event),
  }));
  await terms.learn(db, [
    ...standing.map((event) => event.standing.version.charges),
    ...versions.map(({ version }) => version.charges),
  ]);
  const about = (...charges: readonly string[]): boolean =>
    isAbout(filter, charges.flatMap(chargesFromText), terms.termOf);
  const changed = versions.filter(({ event, version }) => {
    const before = event.standing.version;
    return isOther(before, version, terms) && about(before.charges, version.charges);
  });
  return {
    tried: standing.length,
    changes: changed.map(({ event, version }) => toChange(event, version)),
    left: left.filter(({ key }) => about(known.get(key)!.standing.version.charges)),
  };
}

function standsAt(
  { standing: { isVoid, version } }: KnownEvent,
  { account, time }: Address,
  { types }: CompiledFilter,
): boolean {
  return (
    !isVoid &&
    version.account === account &&
    version.time === time &&
    (types?.has(version.type.handle) ?? true)
  );
}

/** What it says is kept where it was said: a re-rating only prices it anew. */
function sayingTheSame(version: EventVersion, { standing }: KnownEvent): EventVersion {
  const { subject, data, personal } = standing.version;
  return { ...version, subject, data, personal };
}

function isOther(before: EventVersion, after: EventVersion, { termOf }: ChargedTerms): boolean {
  return (
    before.account !== after.account ||
    !areSameCharges(chargesFromText(before.charges), chargesFromText(after.charges), termOf)
  );
}

function toChange({ key, standing }: KnownEvent, states: EventVersion): Change {
  const { ordinal, version } = standing;
  return { key, ordinal: ordinal + 1, takesBack: version, states, content: null };
}

function leftOf({ key, source, id }: KnownEvent): { key: string; event: string } {
  return { key, event: `${source}/${id}` };
}

function reasonOf(prepared: ReturnType<typeof prepareEvent>): { code: string; detail: string } {
  if ("refused" in prepared) return { code: prepared.refused, detail: prepared.detail };
  const { quarantined, detail } = prepared.verdict as Unrated;
  return { code: quarantined, detail };
}
