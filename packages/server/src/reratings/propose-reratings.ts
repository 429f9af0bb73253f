/**
 * What publishing a catalogue leaves priced by the one before it: ranges in which prices differ and in which
 * there are events. Re-rating such a range prices them by the catalogue that is published.
 */
import type { Agreement, Catalogue } from "@counterpart/domain/catalogue/catalogue.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import {
  checkZone,
  formatLocalDay,
  instantOfDateOrInstant,
  localDayOf,
} from "@counterpart/domain/period.ts";
import { type Range, repricedRanges } from "@counterpart/domain/rating/repriced-ranges.ts";
import type { Db } from "../platform/database.ts";
import { spanOfUsage } from "./reratings.repo.ts";

export interface ProposedRerating {
  /** Dates in the provider's zone, or RFC 3339: as the filter of a re-rating takes them. */
  readonly from: string;
  readonly to: string;
  readonly agreements: readonly string[];
  /** Events of the agreements' accounts in these hours, at most so many of which change. */
  readonly events: number;
}

/** In order of time. `previous`: null before the first catalogue. */
export async function proposeReratings(
  db: Db,
  previous: Catalogue | null,
  next: Catalogue,
): Promise<ProposedRerating[]> {
  if (previous === null) return [];
  const zone = checkZone(next.provider.timeZone);
  const show = (at: Instant): string => {
    const day = formatLocalDay(localDayOf(zone, at));
    return instantOfDateOrInstant(zone, day) === at ? day : formatInstant(at);
  };
  const proposed: (ProposedRerating & { readonly at: Instant })[] = [];
  for (const { range, agreements } of byRange(repricedRanges(previous, next))) {
    const bodies = agreements.map((name) => (next.agreements[name] ?? previous.agreements[name])!);
    const accounts = accountsOf(next, bodies);
    const used = await spanOfUsage(db, { accounts, ...range });
    if (used === null) continue;
    const at = Math.max(range.from, used.from) as Instant;
    const to = Math.min(range.to, used.to) as Instant;
    proposed.push({ at, from: show(at), to: show(to), agreements, events: used.events });
  }
  return proposed.sort((a, b) => a.at - b.at).map(({ at: _, ...rerating }) => rerating);
}

/** A plan that many agreements share changes for all of them at once. */
function byRange(
  ranges: readonly (Range & { readonly agreement: string })[],
): { readonly range: Range; readonly agreements: string[] }[] {
  const same = new Map<string, { readonly range: Range; readonly agreements: string[] }>();
  for (const { agreement, from, to } of ranges) {
    const name = `${from} ${to}`;
    const known = same.get(name);
    if (known === undefined) same.set(name, { range: { from, to }, agreements: [agreement] });
    else known.agreements.push(agreement);
  }
  return [...same.values()];
}

/** Names of the accounts that the agreements list and of those below them; null: all. */
function accountsOf(
  { accounts }: Catalogue,
  agreements: readonly Agreement[],
): readonly string[] | null {
  const listed = new Set<string>();
  for (const agreement of agreements) {
    if (agreement.accounts === "all") return null;
    for (const name of agreement.accounts) listed.add(name);
  }
  const isReached = (name: string): boolean => {
    if (listed.has(name)) return true;
    const parent = accounts[name]?.parent;
    return parent !== undefined && isReached(parent);
  };
  return Object.keys(accounts).filter(isReached);
}
