/** What a published catalogue prices otherwise than the one before it did, and from when to when. */
import { canonicalJson } from "../canonical-json.ts";
import type { Catalogue, Deck, Term } from "../catalogue/catalogue.ts";
import { isMeteredTerm } from "../catalogue/metered-term.ts";
import type { Instant } from "../instant.ts";
import { checkZone, instantOfDateOrInstant } from "../period.ts";
import { FOREVER, type TermInForce, termsInForce } from "./compile-book.ts";

export interface Range {
  readonly from: Instant;
  readonly to: Instant;
}

/** A range in which events may come to something else for an agreement. */
export interface RepricedRange extends Range {
  readonly agreement: string;
}

/**
 * By agreement and in order of time; ranges of an agreement neither overlap nor touch. Terms that price
 * events are compared by what they say but for their title, with their meters, and decks that they name by
 * their rows. What has no dates (accounts, sources, event types) is not looked at.
 */
export function repricedRanges(previous: Catalogue, next: Catalogue): RepricedRange[] {
  const decks = changedDecks(previous, next);
  const before = eventTermsByName(previous);
  const after = eventTermsByName(next);
  const ranges = new Map<string, Range[]>();
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(name) ?? [];
    const is = after.get(name) ?? [];
    const { agreement } = (is[0] ?? was[0])!;
    const changed = [...changedSpans(was, is), ...rowChanges(is, decks)];
    ranges.set(agreement, [...(ranges.get(agreement) ?? []), ...changed]);
  }
  return [...ranges]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([agreement, some]) => merged(some).map((range) => ({ agreement, ...range })));
}

/** By agreement and term. */
function eventTermsByName(catalogue: Catalogue): Map<string, TermInForce[]> {
  const terms = new Map<string, TermInForce[]>();
  for (const one of termsInForce(catalogue)) {
    if (one.term.on === undefined && !isMeteredTerm(one.term)) continue;
    const name = canonicalJson([one.agreement, one.term.id]);
    terms.set(name, [...(terms.get(name) ?? []), one]);
  }
  return terms;
}

/** Between any two edges, whether the same is in force. */
function changedSpans(was: readonly TermInForce[], is: readonly TermInForce[]): Range[] {
  const edges = edgesOf([...was, ...is]);
  return spansBetween(edges).filter(({ from }) => sayingAt(was, from) !== sayingAt(is, from));
}

function sayingAt(terms: readonly TermInForce[], at: Instant): string | null {
  const inForce = terms.find(({ from, to }) => from <= at && at < to);
  return inForce === undefined ? null : sayingOf(inForce.term);
}

/** What a term says of prices. */
function sayingOf({ title: _, ...term }: Term): string {
  return canonicalJson(term);
}

/** Where terms stand on decks that have other rows now. */
function rowChanges(
  terms: readonly TermInForce[],
  decks: ReadonlyMap<string, readonly Range[]>,
): Range[] {
  return terms.flatMap(({ term: { price }, from, to }) => {
    const changed = "deck" in price ? (decks.get(price.deck) ?? []) : [];
    return changed
      .map((range) => ({ from: later(range.from, from), to: earlier(range.to, to) }))
      .filter((range) => range.from < range.to);
  });
}

function changedDecks(previous: Catalogue, next: Catalogue): Map<string, Range[]> {
  const changed = new Map<string, Range[]>();
  for (const [name, deck] of Object.entries(next.decks)) {
    const before = Object.hasOwn(previous.decks, name) ? previous.decks[name]! : null;
    if (before === null) continue;
    const was = rowsInForce(before, previous.provider.timeZone);
    const is = rowsInForce(deck, next.provider.timeZone);
    const spans = spansBetween(edgesOf([...was, ...is]));
    const others = spans.filter(({ from }) => rowsAt(was, from) !== rowsAt(is, from));
    if (others.length > 0) changed.set(name, merged(others));
  }
  return changed;
}

interface Rows extends Range {
  readonly rows: string;
}

/** With what else the deck says, which counts for every row. */
function rowsInForce({ versions, ...rest }: Deck, timeZone: string): Rows[] {
  const zone = checkZone(timeZone);
  const dated = versions
    .map(({ from, rows }) => ({ from: instantOfDateOrInstant(zone, from), rows }))
    .sort((a, b) => a.from - b.from);
  return dated.map(({ from, rows }, at) => ({
    from,
    to: dated[at + 1]?.from ?? FOREVER,
    rows: canonicalJson([rows, rest]),
  }));
}

function rowsAt(versions: readonly Rows[], at: Instant): string | null {
  return versions.find(({ from, to }) => from <= at && at < to)?.rows ?? null;
}

function edgesOf(ranges: readonly Range[]): Instant[] {
  const edges = new Set(ranges.flatMap(({ from, to }) => [from, to]));
  return [...edges].sort((a, b) => a - b);
}

function spansBetween(edges: readonly Instant[]): Range[] {
  return edges.slice(1).map((to, at) => ({ from: edges[at]!, to }));
}

/** The same instants in as few ranges as can be. */
function merged(ranges: readonly Range[]): Range[] {
  const all: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last === undefined || range.from > last.to) all.push(range);
    else all[all.length - 1] = { from: last.from, to: later(last.to, range.to) };
  }
  return all;
}

function later(a: Instant, b: Instant): Instant {
  return a > b ? a : b;
}

function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}
