/** Makes the book of a catalogue. The store gives the handles; everything else is worked out here. */
import { assert } from "../assert.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { Agreement, AgreementVersion, Catalogue, Term } from "../catalogue/catalogue.ts";
import type { ChargePolicy } from "../catalogue/charge-on.ts";
import { intakesOf, isMeteredTerm, resolveMeter } from "../catalogue/metered-term.ts";
import { rampTerm } from "../catalogue/ramp-term.ts";
import { termsOfVersion } from "../catalogue/terms-of-version.ts";
import type { EventType } from "../events/event-type.ts";
import type { Instant } from "../instant.ts";
import { deliveryDues } from "../messages/delivery-dues.ts";
import { checkZone, instantOfDateOrInstant, type LocalDay } from "../period.ts";
import { isByDay } from "../voice/ratio-surcharge.ts";
import { termsOfType } from "./applicable-terms.ts";
import {
  type Book,
  type BookAccount,
  type BookAgreement,
  type BookAlias,
  type BookSource,
  type BookType,
  type CompiledPrice,
  type CompiledTerm,
  type Handle,
  type TermsOfType,
  tupleMemory,
  tupleShape,
} from "./book.ts";
import { DAY_DIMENSION } from "./charge.ts";
import { compilePrice, compileWhere } from "./compile-price.ts";
import { compileTypes } from "./compile-types.ts";
import type { DeckIndex } from "./deck-index.ts";

export const BEGINNING = Number.NEGATIVE_INFINITY as Instant;
export const FOREVER = Number.POSITIVE_INFINITY as Instant;

export type HandleKind = "account" | "agreement" | "source" | "eventType" | "deck";

export interface BookParts {
  readonly revision: number;
  readonly catalogue: Catalogue;
  readonly builtInTypes: Readonly<Record<string, EventType>>;
  readonly handleOf: (kind: HandleKind, name: string) => Handle;
  readonly termVersionOf: (term: TermInForce) => Handle;
  readonly deckOf: (name: string) => DeckIndex;
}

/** A term of an agreement from one instant to another, its plan looked up and overrides applied. */
export interface TermInForce {
  readonly agreement: string;
  readonly term: Term;
  readonly from: Instant;
  readonly to: Instant;
  /** What the term version is known by: agreement and term, not when they are in force. */
  readonly content: string;
}

/**
 * Every term of every agreement, in order of agreement, version and term. A term that the next version
 * takes over unchanged goes on: it is one term in force, so that its tiers do not start anew in mid-month.
 */
export function termsInForce(catalogue: Catalogue): TermInForce[] {
  const inForce: TermInForce[] = [];
  for (const [name, agreement] of Object.entries(catalogue.agreements)) {
    const { versions, timeZone } = agreement;
    const zone = checkZone(timeZone);
    const latest = new Map<string, { -readonly [K in keyof TermInForce]: TermInForce[K] }>();
    for (const [at, version] of versions.entries()) {
      const from = instantOfDateOrInstant(zone, version.from);
      const to = endOf(agreement, version, versions[at + 1]);
      const start = instantOfDateOrInstant(zone, versions[0]!.from);
      const ramped = termsOfVersion(version, catalogue.plans, []).flatMap(({ term }) =>
        rampTerm(term, { zone, start }, { from, to }),
      );
      for (const { term: written, ...span } of ramped) {
        const term = resolveMeter(written, catalogue.meters);
        const content = canonicalJson([name, term]);
        const before = latest.get(term.id);
        if (before?.content === content && before.to === span.from) {
          before.to = span.to;
          continue;
        }
        const one = { agreement: name, term, ...span, content };
        latest.set(term.id, one);
        inForce.push(one);
      }
    }
  }
  return inForce;
}

function endOf(
  { timeZone }: Agreement,
  { to }: AgreementVersion,
  next: AgreementVersion | undefined,
): Instant {
  const zone = checkZone(timeZone);
  if (to !== undefined) return instantOfDateOrInstant(zone, to);
  return next === undefined ? FOREVER : instantOfDateOrInstant(zone, next.from);
}

export function compileBook(parts: BookParts): Book {
  const { catalogue, handleOf } = parts;
  const accounts = compileAccounts(parts);
  const agreements = new Map<string, BookAgreement>();
  for (const [name, body] of Object.entries(catalogue.agreements)) {
    agreements.set(name, {
      handle: handleOf("agreement", name),
      name,
      body,
      role: body.role,
      zone: checkZone(body.timeZone),
      currency: body.currency,
      longCalls: body.longCalls ?? "byEnd",
      accounts: body.accounts === "all" ? null : new Set(body.accounts),
      lastDay: { start: 0, end: 0, day: 0 as LocalDay },
    });
  }
  const tuples = tupleMemory();
  const prices = new Map<Term, CompiledPrice>();
  const terms = termsInForce(catalogue).flatMap((inForce): CompiledTerm[] => {
    const { from, to } = inForce;
    const price = prices.get(inForce.term) ?? compilePrice(inForce.term, parts);
    prices.set(inForce.term, price);
    return Array.from(termsByEventType(inForce.term), ({ term, covers }) => ({
      id: parts.termVersionOf(inForce),
      agreement: agreements.get(inForce.agreement)!,
      term,
      from,
      to,
      where: compileWhere(term.where),
      price,
      tuples: tupleShape(tuples, linesOf(term)),
      dues: term.chargeOn === undefined ? null : deliveryDues(term.chargeOn),
      covers,
      passThrough: term.passThrough ?? false,
    }));
  });
  const types = compileTypes(parts, terms, tuples);
  return {
    revision: parts.revision,
    accounts,
    accountsByHandle: byHandle(accounts.values()),
    sources: compileSources(parts),
    types,
    agreements: byHandle(agreements.values()),
    aliases: compileAliases(parts, accounts),
    termsByType: groupByType(terms, types),
    terms,
    dividesCalls: [...agreements.values()].some(({ longCalls }) => longCalls === "split"),
    tuples,
  };
}

/** A term for each event type that it counts: a meter may be derived from meters of several. */
function termsByEventType(term: Term): { readonly term: Term; readonly covers: boolean }[] {
  if (!isMeteredTerm(term)) return [{ term, covers: covers(term) }];
  return intakesOf(term).map(({ covers, ...intake }) => ({ term: { ...term, ...intake }, covers }));
}

/** Whether it is a price for the events that it is for: one beside it is not. */
function covers(term: Term): boolean {
  if (term.passThrough === true || term.price.model === "ratioSurcharge") return false;
  return policyOf(term) !== "onFailed";
}

function policyOf({ chargeOn }: Term): ChargePolicy | null {
  if (chargeOn === undefined) return null;
  return typeof chargeOn === "string" ? chargeOn : chargeOn.policy;
}

/** A receipt is charged by the terms of its message. */
function groupByType(
  terms: readonly CompiledTerm[],
  types: ReadonlyMap<string, BookType>,
): Map<string, TermsOfType> {
  const byType = new Map<string, CompiledTerm[]>();
  for (const term of terms) {
    if (term.term.on === undefined) continue;
    const ofType = byType.get(term.term.on);
    if (ofType === undefined) byType.set(term.term.on, [term]);
    else ofType.push(term);
  }
  for (const { name, body } of types.values()) {
    if (body.delivery?.of === undefined) continue;
    byType.set(name, [...(byType.get(body.delivery.of) ?? []), ...(byType.get(name) ?? [])]);
  }
  return new Map(Array.from(byType, ([name, ofType]) => [name, termsOfType(ofType)]));
}

function byHandle<T extends { readonly handle: Handle }>(things: Iterable<T>): Map<Handle, T> {
  return new Map(Array.from(things, (thing) => [thing.handle, thing]));
}

function compileAccounts({ catalogue, handleOf }: BookParts): Map<string, BookAccount> {
  const accounts = new Map<string, BookAccount>();
  const accountOf = (name: string): BookAccount => {
    const known = accounts.get(name);
    if (known !== undefined) return known;
    const body = catalogue.accounts[name];
    assert(body !== undefined, "apply checked that every account named is there");
    const parent = body.parent === undefined ? null : accountOf(body.parent);
    const account: BookAccount = {
      handle: handleOf("account", name),
      name,
      body,
      above: parent === null ? [] : [parent, ...parent.above],
      links: 2 ** (parent === null ? 1 : parent.above.length + 2) - 1,
      applicable: new Map(),
    };
    accounts.set(name, account);
    return account;
  };
  for (const name of Object.keys(catalogue.accounts)) accountOf(name);
  return accounts;
}

function compileAliases(
  { catalogue }: BookParts,
  accounts: ReadonlyMap<string, BookAccount>,
): Map<string, BookAlias[]> {
  const zone = checkZone(catalogue.provider.timeZone);
  const aliases = new Map<string, BookAlias[]>();
  for (const account of accounts.values()) {
    for (const { name, source, from, to } of account.body.aliases ?? []) {
      const alias: BookAlias = {
        source: source ?? null,
        account,
        from: from === undefined ? BEGINNING : instantOfDateOrInstant(zone, from),
        to: to === undefined ? FOREVER : instantOfDateOrInstant(zone, to),
      };
      aliases.set(name, [...(aliases.get(name) ?? []), alias]);
    }
  }
  return aliases;
}

const DAY = 86_400_000;

function compileSources({ catalogue, handleOf }: BookParts): Map<string, BookSource> {
  return new Map(
    Object.entries(catalogue.sources).map(([name, body]) => [
      name,
      {
        handle: handleOf("source", name),
        name,
        body,
        millisecondsBack: (body.daysBack ?? 400) * DAY,
        millisecondsAhead: (body.minutesAhead ?? 60) * 60_000,
      },
    ]),
  );
}

/**
 * A matrix has a line for each of its rates: else a line could not tell its rate. What is compared day by day
 * has one for each day.
 */
function linesOf({ price, lines = [] }: Term): readonly string[] {
  if (price.model === "ratioSurcharge" && isByDay(price)) return [DAY_DIMENSION];
  return price.model === "matrix" ? [...new Set([...lines, ...price.by])] : lines;
}
