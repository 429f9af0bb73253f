/**
 * What a price is asked against: agreements in force, a plan, or a price that is in no catalogue.
 */
import type { Catalogue, Price, Term } from "@counterpart/domain/catalogue/catalogue.ts";
import { checkBases } from "@counterpart/domain/catalogue/check-bases.ts";
import { checkTerms } from "@counterpart/domain/catalogue/check-terms.ts";
import {
  type CatalogueProblem,
  problem,
  type Report,
} from "@counterpart/domain/catalogue/problems.ts";
import { minorPlaces } from "@counterpart/domain/currencies.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import type { EventType } from "@counterpart/domain/events/event-type.ts";
import { measureOf } from "@counterpart/domain/explain/describe-price.ts";
import type { Instant } from "@counterpart/domain/instant.ts";
import { checkZone, localDayOf, monthOfDay } from "@counterpart/domain/period.ts";
import { planCurrencies } from "@counterpart/domain/quotes/plan-currency.ts";
import {
  QUOTED_CUSTOMER,
  type QuotedCustomer,
  quoteCatalogue,
  quotedAgreement,
} from "@counterpart/domain/quotes/quote-catalogue.ts";
import {
  type Book,
  type BookAccount,
  type BookAgreement,
  findAccount,
} from "@counterpart/domain/rating/book.ts";
import { compileBook } from "@counterpart/domain/rating/compile-book.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { BookKeeper } from "../catalogue/book-keeper.ts";
import type { StoredDeckRow } from "../catalogue/deck-rows.repo.ts";
import { locateProblem, NOWHERE } from "../catalogue/locate-problem.ts";
import { agreementOf } from "../statements/running-statement.ts";
import { type AskedDeck, type DeckInQuestion, readAskedDeck } from "./asked-deck.ts";

/**
 * One of account, agreement (perhaps with the account), plan and price; none for events that say
 * who.
 */
export interface QuoteTarget {
  readonly account?: string | undefined;
  readonly agreement?: string | undefined;
  readonly plan?: string | undefined;
  readonly price?: Price | undefined;
  /** The deck that `price` names, where it is in no catalogue. */
  readonly deck?: DeckInQuestion | undefined;
  /** Event type that `price` is for. */
  readonly on?: string | undefined;
  /** Of `plan` or `price`. */
  readonly currency?: string | undefined;
  /**
   * When the agreement with `plan` or `price` begins; with the month that is priced when absent.
   */
  readonly since?: string | undefined;
}

/** The book that answers, and what of its answers is asked for. */
export interface QuotedBook {
  readonly book: Book;
  readonly catalogue: Catalogue;
  /** Null when it is nobody. */
  readonly accountOf: (event: AskingEvent) => BookAccount | null;
  readonly isShown: (agreement: BookAgreement) => boolean;
  /** What hypothetical terms are called; null for those in force. */
  readonly termsFrom: string | null;
  /** Rows of the deck that came with the question. */
  readonly askedRows: readonly StoredDeckRow[];
}

export interface AskingEvent {
  readonly source: string;
  readonly subject: string;
  readonly time: Instant;
}

/**
 * The book for usage at an instant. `isPublic`: list prices, nothing else. Refuses `quote.*`,
 * `agreement.unknown`, `plan.unknown`, `currency.unknown` and what is no date.
 */
export function resolveQuoteTarget(
  keeper: BookKeeper,
  target: QuoteTarget,
  at: Instant,
  isPublic = false,
): QuotedBook {
  const { account, agreement, plan, price, on, currency: asked } = target;
  if (asked !== undefined) minorPlaces(asked);
  const named = [agreement ?? account, plan, price].filter((one) => one !== undefined);
  if (named.length > 1) throw new Refusal("quote.target-unclear");
  const deck = askedDeck(keeper.catalogue(), target);
  const zone = checkZone(keeper.catalogue().provider.timeZone);
  const month = monthOfDay(localDayOf(zone, at));
  const since = target.since ?? `${month}-01`;
  const suppliers = !isPublic;
  if (plan !== undefined) {
    const currency = planCurrency(keeper.catalogue(), target);
    return hypotheticalBook(keeper, { terms: { plan }, currency, since, suppliers });
  }
  if (price !== undefined) {
    const catalogue = withDeck(keeper.catalogue(), deck);
    const term = askedTerm(catalogue, price, on);
    const currency = priceCurrency(catalogue, price, asked);
    return hypotheticalBook(keeper, { terms: { term }, currency, since, suppliers }, deck);
  }
  return bookInForce(keeper, target);
}

/** Refuses `quote.deck-unused` and `quote.price-invalid`. */
function askedDeck(catalogue: Catalogue, { price, deck }: QuoteTarget): AskedDeck | null {
  if (deck === undefined) return null;
  if (price === undefined || !("deck" in price)) throw new Refusal("quote.deck-unused");
  return readAskedDeck(catalogue, price.deck, deck);
}

function withDeck(catalogue: Catalogue, deck: AskedDeck | null): Catalogue {
  if (deck === null) return catalogue;
  return { ...catalogue, decks: { ...catalogue.decks, [deck.name]: deck.body } };
}

function bookInForce(keeper: BookKeeper, { account, agreement }: QuoteTarget): QuotedBook {
  const book = keeper.book();
  const shared = { book, catalogue: keeper.catalogue(), termsFrom: null, askedRows: [] };
  if (agreement !== undefined) {
    const asked = agreementOf(book, agreement);
    const name = account ?? asked.accounts?.values().next().value;
    if (name === undefined) throw new Refusal("quote.account-missing", { agreement });
    const known = accountNamed(book, name);
    const isShown = ({ handle }: BookAgreement): boolean => handle === asked.handle;
    return { ...shared, accountOf: () => known, isShown };
  }
  if (account !== undefined) {
    const known = accountNamed(book, account);
    return { ...shared, accountOf: () => known, isShown: () => true };
  }
  return {
    ...shared,
    accountOf: ({ source, subject, time }) => findAccount(book, source, subject, time),
    isShown: () => true,
  };
}

function accountNamed(book: Book, name: string): BookAccount {
  const account = book.accounts.get(name);
  if (account === undefined) throw new Refusal("quote.account-unknown", { account: name });
  return account;
}

/** Refuses `plan.unknown`, `quote.currency-missing` and `quote.currency-differs`. */
export function planCurrency(catalogue: Catalogue, { plan = "", currency }: QuoteTarget): string {
  if (!Object.hasOwn(catalogue.plans, plan)) throw new Refusal("plan.unknown", { plan });
  const currencies = planCurrencies(catalogue, plan);
  const only = currencies.length === 1 ? currencies[0] : undefined;
  const asked = currency ?? only;
  if (asked === undefined) throw new Refusal("quote.currency-missing", { plan, currencies });
  const decks = catalogue.plans[plan]!.terms.flatMap(({ price }) =>
    "deck" in price ? [price.deck] : [],
  );
  const other = decks.find((deck) => catalogue.decks[deck]?.currency !== asked);
  if (other !== undefined) {
    const detail = { plan, asked, deck: other, currency: catalogue.decks[other]?.currency };
    throw new Refusal("quote.currency-differs", detail);
  }
  return asked;
}

/** Refuses `quote.currency-missing` and `quote.currency-differs`. */
function priceCurrency({ decks }: Catalogue, price: Price, asked: string | undefined): string {
  const own = "deck" in price ? decks[price.deck]?.currency : undefined;
  const currency = asked ?? own;
  if (currency === undefined) throw new Refusal("quote.currency-missing");
  if (own !== undefined && currency !== own) {
    throw new Refusal("quote.currency-differs", { asked, currency: own });
  }
  return currency;
}

/** Models that no single use is charged by. */
const OF_MONTHS: readonly Price["model"][] = ["fixedFee", "commitment", "ratioSurcharge"];

/**
 * The price as a term. Refuses `quote.price-invalid` with every problem, `quote.type-missing` and
 * `quote.price-of-month`.
 */
function askedTerm(catalogue: Catalogue, price: Price, on: string | undefined): Term {
  if (OF_MONTHS.includes(price.model)) {
    throw new Refusal("quote.price-of-month", { model: price.model });
  }
  const types = new Map(Object.entries({ ...BUILT_IN_TYPES, ...catalogue.eventTypes }));
  const deckless = "deck" in price && !Object.hasOwn(catalogue.decks, price.deck);
  const type = on ?? (deckless ? undefined : typeCounting(catalogue, price, types));
  const term: Term = {
    id: "price",
    title: "Price asked",
    price,
    ...(type === undefined ? {} : { on: type }),
  };
  const problems: CatalogueProblem[] = [];
  const report: Report = (path, code, detail) => problems.push(problem(path, code, detail));
  checkTerms([term], catalogue, types, [], report);
  if (price.model === "surcharge") {
    report([0, "price", "on"], "catalogue.surcharge-base-unknown", { term: price.on });
  }
  const found = problems.filter(({ code }) => code !== "catalogue.term-without-event-type");
  if (found.length > 0) {
    const located = found.map((one) => locateProblem(one, () => NOWHERE));
    throw new Refusal("quote.price-invalid", {
      problems: located.map((one) => ({ ...one, path: one.path.replace(/^\/0/, "") })),
    });
  }
  if (type === undefined) {
    throw new Refusal("quote.type-missing", { known: [...types.keys()] });
  }
  return term;
}

/**
 * The first event type that counts what the price is per, the built-in ones before the catalogue's.
 */
function typeCounting(
  catalogue: Catalogue,
  price: Price,
  types: ReadonlyMap<string, EventType>,
): string | undefined {
  const deck = "deck" in price ? { body: catalogue.decks[price.deck]! } : null;
  const quantity = attemptMeasure({ id: "price", price }, deck);
  if (quantity === "") return undefined;
  return [...types].find(([, { quantities }]) => Object.hasOwn(quantities, quantity))?.[0];
}

/** An unknown unit is told by the check of the price. */
function attemptMeasure(term: Term, deck: Parameters<typeof measureOf>[1]): string {
  try {
    return measureOf(term, deck);
  } catch (error) {
    if (error instanceof Refusal) return "";
    throw error;
  }
}

/**
 * Compiled by the same code as the book that bills, over the same decks. Refuses `quote.base-circular`.
 */
function hypotheticalBook(
  keeper: BookKeeper,
  asked: QuotedCustomer,
  deck: AskedDeck | null = null,
): QuotedBook {
  const catalogue = quoteCatalogue(withDeck(keeper.catalogue(), deck), asked);
  checkBases(catalogue, () => {
    throw new Refusal("quote.base-circular", { asked: quotedAgreement(asked.terms) });
  });
  const handles = new Map<string, number>();
  const handleOf = (kind: string, name: string): number => {
    const key = `${kind}/${name}`;
    const handle = handles.get(key) ?? handles.size + 1;
    handles.set(key, handle);
    return handle;
  };
  const book = compileBook({
    revision: keeper.book().revision,
    catalogue,
    builtInTypes: BUILT_IN_TYPES,
    handleOf,
    termVersionOf: ({ content }) => handleOf("term", content),
    deckOf: (name) => (name === deck?.name ? deck.index : keeper.deck(name)),
  });
  const name = quotedAgreement(asked.terms);
  const customer = book.accounts.get(QUOTED_CUSTOMER)!;
  return {
    book,
    catalogue,
    accountOf: () => customer,
    isShown: (agreement) => agreement.name === name,
    termsFrom: name,
    askedRows: deck?.rows ?? [],
  };
}
