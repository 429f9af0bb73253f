/**
 * Everything that can be wrong with a catalogue, once: a code that never changes its meaning and
 * the sentence an author reads. `{name}` stands for a detail of the case.
 */
export const PROBLEMS = {
  "catalogue.unreadable": "The file cannot be read: {why}.",
  "catalogue.too-large": "The file has more than {bytesMax} bytes.",
  "catalogue.too-many-files": "The directory holds more than {filesMax} files.",
  "catalogue.not-utf8": "The text is not UTF-8.",
  "catalogue.malformed-yaml": "The YAML is malformed: {why}.",
  "catalogue.several-documents": "A file holds one YAML document; split it into files.",
  "catalogue.alias": "Anchors and aliases are not read; a plan is the template for terms.",
  "catalogue.tag": "YAML tags such as !{tag} are not read.",
  "catalogue.key-not-text": "A key must be a text.",
  "catalogue.key-twice": "{key} appears twice in this map.",
  "catalogue.id-twice": "The {kind} {id} is already in {place}.",
  "catalogue.too-deep": "Objects may be nested at most {depthMax} deep.",
  "catalogue.text-not-storable": "A text holds NUL or half of a surrogate pair.",

  "catalogue.missing": "{name} is missing.",
  "catalogue.unknown-key": "{key} means nothing here.",
  "catalogue.wrong-type": "This must be {expected}.",
  "catalogue.wrong-value": "This must be {expected}.",
  "catalogue.out-of-range": "This must be {expected}.",
  "catalogue.malformed": "This must be {expected}.",
  "catalogue.id-malformed": "{id} is no id: a-z, 0-9, . _ -, at most 63, first a letter or digit.",
  "catalogue.name-malformed":
    "{name} is no name: letters, digits, . _ -, at most 63, first a letter.",

  "catalogue.rows-missing": "A deck version needs one of file, csv or rows.",
  "catalogue.rows-unknown": "No rows with the hash {rows} are kept; send them as file or csv.",
  "catalogue.file-not-here": "Only a directory can name files; send the rows as csv.",
  "catalogue.file-missing": "There is no file {file}.",
  "catalogue.file-outside": "{file} is outside the catalogue's directory.",
  "catalogue.file-not-regular": "{file} is not a regular file.",
  "catalogue.csv-malformed": "The CSV is malformed: {why}.",
  "catalogue.csv-empty": "The CSV has no rows.",
  "catalogue.csv-column-missing": "The CSV has no column {column}.",
  "catalogue.csv-column-twice": "The CSV has two columns {column}.",
  "catalogue.csv-column-unknown":
    "The column {column} means nothing here; name those to read in columns.",
  "catalogue.csv-width": "The line has {fields} fields where the header has {columns}.",
  "catalogue.csv-key-twice": "{key} is already in line {line}.",
  "catalogue.csv-prefix-malformed": "{text} is no prefix: 1 to 15 digits.",
  "catalogue.csv-network-malformed":
    "{text} is no network: MCC-MNC such as 262-01, an MCC alone, or a prefix such as +49.",
  "catalogue.csv-rate-missing": "The rate is missing. No rate is never zero.",
  "catalogue.csv-rate-malformed":
    "{text} is no price: plain digits, not negative, at most 12 places.",
  "catalogue.csv-rate-too-precise":
    "{text} has too many digits to be charged exactly: leave out its last places.",
  "catalogue.csv-increment-malformed": "{text} is no increment: a whole number from 1 to 86400.",
  "catalogue.csv-blocked-malformed": "{text} says neither yes nor no.",
  "catalogue.csv-seconds-malformed":
    "{text} is no duration: a whole number of seconds from 0 to 86400.",
  "catalogue.csv-decimals-malformed": "{text} is no number of places: 0 to 12.",
  "catalogue.csv-word-unknown": "{text} is none of {known}.",
  "catalogue.csv-increment-alone": "A subsequentIncrement needs an initialIncrement before it.",
  "catalogue.csv-rate-next-alone": "A rateNext needs an initialIncrement that it follows.",
  "catalogue.csv-rate-twice": "rate and indeterminateRate are the same thing; give one of them.",
  "catalogue.csv-jurisdiction-half": "intraRate and interRate go together; give both.",
  "catalogue.csv-jurisdiction-next": "A row with intraRate and interRate has no rateNext.",
  "catalogue.csv-blocked-priced": "A blocked row has no {field}.",
  "catalogue.csv-band-unknown": "The deck has no time band {band}.",
  "catalogue.csv-origin-group-unknown": "The deck has no origin group {group}.",
  "catalogue.csv-exchange-malformed":
    "{text} is no exchange: an area code of 3 digits, 6 digits with the exchange or 7 with its block.",
  "catalogue.csv-state-malformed": "{text} is no state: two letters, such as NY.",
  "catalogue.csv-exchange-moved": "{code} is in {state} already by line {line}.",
  "catalogue.exchange-table-unknown": "There is no exchange table {table}.",
  "catalogue.csv-band-gap":
    "{key} has no rate for {example}: add a row without timeBand, or one for the times left.",
  "catalogue.csv-more-problems": "{count} more problems in this file are not listed.",

  "deck.column-missing":
    "No column for {column} was found among {titles}: name it in the mapping under columns.",
  "deck.column-not-there": "There is no column {column}; the first line read has {titles}.",
  "deck.line-malformed": "The line cannot be read: {why}.",
  "deck.prefixes-malformed": "{text} is no prefix, list or range such as 44, 4420-4425.",
  "deck.prefixes-backwards": "The range {text} ends before it begins.",
  "deck.prefixes-too-many": "{text} stands for more than {prefixesMax} prefixes: split it.",
  "deck.prefixes-too-long": "The prefix {text} has more than 15 digits.",
  "deck.key-twice": "{key} is already in line {line}.",
  "deck.price-malformed": "{text} is no price with the decimal mark {decimal} and no other mark.",
  "deck.increments-malformed": "{text} is no pair of increments such as 60/1.",
  "deck.date-malformed": "{text} is no date written as {format}: set dates in the mapping.",
  "deck.currency-differs":
    "The row is in {currency}, the deck in {deckCurrency}: split the list by currency.",
  "deck.status-unknown":
    "{text} is neither blocked, deleted nor a known change: list it under blocked or deleted.",
  "deck.dates-too-many": "The rows name more than {datesMax} days: import them in parts.",
  "deck.empty": "The list has no rows.",

  "catalogue.currency-unknown": "{currency} is no currency of ISO 4217.",
  "catalogue.zone-unknown": "{zone} is no time zone of the IANA list.",
  "catalogue.date-malformed": "{text} is no date such as 2026-10-01, nor a time with its zone.",
  "catalogue.decimal-malformed":
    "{text} is no decimal such as 0.0085 with at most {places} places.",
  "catalogue.negative": "{text} must not be negative.",
  "catalogue.below-minus-hundred": "{percent} percent would turn the price negative.",
  "catalogue.not-positive": "{text} must be above zero.",
  "catalogue.unit-unknown": "{unit} is no unit.",
  "catalogue.to-not-after-from": "This ends ({to}) before it starts ({from}).",

  "catalogue.party-unknown": "There is no party {party}.",
  "catalogue.account-unknown": "There is no account {account}.",
  "catalogue.source-unknown": "There is no source {source}.",
  "catalogue.event-type-unknown": "There is no event type {type}.",
  "catalogue.deck-unknown": "There is no deck {deck}.",
  "catalogue.plan-unknown": "There is no plan {plan}.",

  "catalogue.parent-cycle": "The accounts stand above each other in a circle: {chain}.",
  "catalogue.alias-ambiguous": "{alias} stands for {other} too at {at}.",
  "catalogue.alias-is-account": "{alias} is the id of another account.",
  "catalogue.mapping-missing": "A source with the reader csv needs its mapping under csv.",
  "catalogue.mapping-unused": "Only a source with the reader csv has a mapping under csv.",
  "catalogue.session-too-short":
    "Sessions end after {max} s, before one can be silent for {silence} s, twice its interval.",
  "catalogue.field-without-origin": "A field needs either its column or a constant value.",
  "catalogue.column-unknown": "{column} is not among the columns that are listed.",
  "catalogue.field-not-mapped": "{type} requires {field}: name its column, or a constant value.",
  "catalogue.format-of-duration": "The time of an event cannot be written as a duration.",
  "catalogue.local-times-without-zone":
    "These times are written without a zone: name it in the source under timeZone.",

  "catalogue.event-type-built-in": "{type} is built in; give yours another name.",
  "catalogue.field-unknown": "The schema has no property {field}.",
  "catalogue.field-not-a-number": "{field} is not listed under numbers.",
  "catalogue.channel-dimension-unknown": "The channel names {dimension}, which is no dimension.",
  "catalogue.schema-not-object": "The schema of data must have the type object.",
  "catalogue.text-without-field":
    "Name the field that may hold the count itself; the text is counted where it is absent.",
  "catalogue.receipt-incomplete": "A receipt names both after, its dimension, and of, the message.",
  "catalogue.receipt-of-no-message": "{type} is no message: it has no delivery of its own.",
  "catalogue.type-without-quantity": "An event type needs at least one quantity.",
  "catalogue.measure-missing":
    "An event type of several quantities names the one that hourly usage counts, such as measure: {counted}.",

  "catalogue.for-calls-only": "{key} is for decks by prefix that are priced by time.",
  "catalogue.strategy-without-maximum": "maxChargeStrategy says what maxCharge means; give both.",
  "catalogue.charge-bounds-crossed": "minCharge {min} is above maxCharge {max}.",
  "catalogue.charge-too-precise": "{text} has more places than a leg is rounded to ({decimals}).",
  "catalogue.rounding-without-decimals": "roundingMode needs roundingDecimals: places to round to.",
  "catalogue.allowance-of-all": "An allowance of {percent} % is never exceeded: stay below 100.",
  "catalogue.ratio-of-all": "Say what matches, secondsMax or where: a ratio is some calls of all.",
  "catalogue.rounding-twice":
    "A line is rounded or each of its legs is, never both: leave out roundingDecimals.",
  "catalogue.line-unit-odd": "Lines are rounded alone where prices are per second, minute or hour.",
  "catalogue.times-malformed":
    "{text} is no span of a day such as 08:00-18:00 that is longer than nothing.",
  "catalogue.too-many-bands": "A deck has at most {max} time bands, this one {count}.",
  "catalogue.bands-overlap":
    "{other} has the same weight and times in common, {example}: give one of them more weight.",
  "catalogue.band-never": "{band} is at no time: it matches none, or heavier bands take all of it.",
  "catalogue.origin-group-empty": "The group lists no prefix.",
  "catalogue.origin-prefix-malformed": "{text} is neither a prefix of 1 to 15 digits nor withheld.",
  "catalogue.origin-prefix-twice": "{text} is in {other} already.",
  "catalogue.surcharge-base-unknown":
    "{term} is no term of this version that is priced by a deck for the same event type.",
  "catalogue.surcharge-quantity":
    "{term} bills {quantity}: the surcharge must be per a unit of it.",
  "catalogue.name-taken-out":
    "{kind} {name} of {deck} stays: rows may be for it. Leave out the rows instead.",
  "catalogue.deck-without-version": "A deck needs at least one version.",
  "catalogue.versions-not-sorted": "The versions must be in order: {from} is not after {before}.",

  "catalogue.term-twice": "The term {term} appears twice.",
  "catalogue.term-without-event-type":
    "Only a fee or a commitment goes without on; name the event type.",
  "catalogue.fee-on-events": "A fee or commitment stands on no events: leave out {key}.",
  "catalogue.dimension-unknown": "{type} has no dimension {dimension}.",
  "catalogue.quantity-unknown": "{type} has no quantity {quantity}.",
  "catalogue.number-unknown": "{type} has no number field {field}.",
  "catalogue.deck-key-wrong": "{deck} is keyed by {key}; the model {model} needs one by {needed}.",
  "catalogue.deck-currency-differs": "{deck} is in {deckCurrency}, the agreement in {currency}.",
  "catalogue.charge-on-without-delivery":
    "{type} does not tell what becomes of a message: leave out chargeOn.",
  "catalogue.charge-on-receipt": "Receipts are charged by the terms on their message, {of}.",
  "catalogue.charge-on-share": "A share follows the charges it stands on: leave out chargeOn.",
  "catalogue.surcharge-on-message":
    "A surcharge stands on what a call is billed. Give that of {type} its own price and passThrough.",
  "catalogue.early-percent-wrong":
    "percentEarly needs percent, above 0 and below 100; no other policy has one.",
  "catalogue.early-at-close": "What is priced at close cannot be charged in parts.",
  "catalogue.final-without-delivered":
    "onDelivered needs delivered among finalStates, or nothing is ever charged.",
  "catalogue.tiers-missing": "At least one tier is needed.",
  "catalogue.tiers-not-ascending": "Each tier must end above the one before it.",
  "catalogue.tiers-not-open": "The last tier, and only the last, must be open (upTo: null).",
  "catalogue.commitment-without-limit": "A commitment needs a minimum or a maximum.",
  "catalogue.maximum-by-month": "A maximum is by the month: leave out months, or the maximum.",
  "catalogue.committed-term-unknown":
    "There is no term {term} here whose lines could count; a commitment does not count others.",
  "catalogue.per-account-converted":
    "Units of each account are counted before conversion: leave out convert, or these units.",
  "catalogue.rollover-unpooled":
    "Units that no other account uses do not roll over: leave out rollover, or pooled: false.",
  "catalogue.ramp-not-ascending":
    "The steps of a ramp come in order of their months, the first in month 2 or later.",
  "catalogue.ramp-other-model": "A ramp keeps the price's model: make a version with another term.",
  "catalogue.override-without-term": "The plan has no term {term} to override.",
  "catalogue.override-and-term": "{term} is overridden and replaced under terms: keep one of them.",
  "catalogue.matrix-dimension-missing": "Every rate of a matrix names {dimension} under when.",
  "catalogue.matrix-dimension-extra": "{dimension} is not among the dimensions under by.",
  "catalogue.matrix-cell-twice": "The matrix has two rates for {cell}.",
  "catalogue.matrix-too-large": "A matrix has at most {cellsMax} cells: make it a deck.",
  "catalogue.blocks-not-whole":
    "{text} is no number of blocks: a whole number above zero; null in the last tier only.",
  "catalogue.blocks-not-open": "The last tier, and only the last, must be open (blocks: null).",
  "catalogue.conversion-one-of-both": "A conversion needs one of divide and multiply.",
  "catalogue.conversion-unrounded":
    "Decimals are the places that a conversion is rounded to: add rounding, or leave them out.",
  "catalogue.conversion-too-fine": "The converted unit is too small to count in: use fewer places.",
  "catalogue.percent-too-precise": "{text} has too many places: a percentage has at most {places}.",
  "catalogue.percent-out-of-range": "{text} percent is not from 0 to 100.",
  "catalogue.limits-crossed": "The minimum {minimum} is above the maximum {maximum}.",
  "catalogue.quantity-not-whole": "{text} times {unit} is not a whole number of the smallest unit.",

  "catalogue.agreement-without-version": "An agreement needs at least one version.",
  "catalogue.version-without-terms": "A version needs a plan or terms.",
  "catalogue.versions-overlap": "This version runs until {to}, and the next starts at {from}.",
  "catalogue.seller-is-buyer": "{party} cannot be the seller of its own agreement.",
  "catalogue.seller-not-for-role": "Only a customer or a reseller can have a seller.",
  "catalogue.seller-not-reseller": "{party} has no agreement as a reseller.",
  "catalogue.account-twice": "{account} is listed twice.",
  "catalogue.coverage-overlaps": "{agreement} covers {account} too at {at}.",
  "catalogue.base-cycle": "Charges for {type} stand on each other in a circle: {chain}.",

  "catalogue.meter-name": "{id} is no meter's name: a small letter, then letters, digits and _.",
  "catalogue.expression": "The expression cannot be used: {why}.",
  "catalogue.meter-cycle": "The meters stand on each other in a circle: {chain}.",
  "catalogue.meter-of": "The aggregation {aggregation} needs of: what is read of each event.",
  "catalogue.meter-of-unused":
    "The aggregation {aggregation} reads nothing of an event: leave out of.",
  "catalogue.meter-percentile": "{text} is no percentile such as 95: above 0, at most 100.",
  "catalogue.meter-key-unused": "The aggregation {aggregation} has no {key}.",
  "catalogue.meter-unknown": "There is no meter {meter}.",
  "catalogue.metered-on-events":
    "A price on a meter takes its events from the meter: leave out {key}.",
  "catalogue.metered-model":
    "The model {model} cannot price a meter: take perUnit, graduated, volume, package or the like.",
  "catalogue.metered-unit":
    "The meter {meter} counts {counted}: its price is per unit, or per unit of these.",
  "catalogue.metered-split":
    "The meter {meter} is not split by {name}: add it to by of each meter that it stands on.",
  "catalogue.metered-allowance":
    "What one account or month leaves of a meter cannot be told: {key} is for prices of events.",
  "catalogue.metered-events":
    "How many events are behind the derived meter {meter} is not known: leave out feePerEvent.",
  "catalogue.meter-not-time": "{quantity} does not count milliseconds: nothing lasts that long.",

  "catalogue.rate-of-home-currency": "{currency} is the home currency; its rate is 1.",
  "catalogue.rate-twice": "{currency} has two rates from {from}.",
  "catalogue.currency-without-rate": "{currency} has no exchange rate to {home} on {from}.",

  "catalogue.fixed-for-ever":
    "{field} of {kind} {id} never changes ({before} before): make a successor.",
  "catalogue.cannot-be-removed":
    "{kind} {id} was applied and cannot be removed: leave it here, ended or unused.",
  "catalogue.account-fixed":
    "The {field} of {account} never changes ({before} before): make a new account.",
  "catalogue.account-left-out":
    "{agreement} charged {account} and keeps it: end the agreement and make a successor.",
  "catalogue.coverage-fixed":
    "{agreement} is for {before} and stays so: end the agreement and make a successor.",
} as const satisfies Record<string, string>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Where a value is in the catalogue: `["plans", "basic", "terms", 0, "price"]`. */
export type Path = readonly (string | number)[];

export interface CatalogueProblem {
  readonly path: Path;
  readonly code: ProblemCode;
  /** The sentence of the code with the details of this case, in English. */
  readonly message: string;
}

type Placeholder<Sentence> = Sentence extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** What the sentence of a code needs to know; the compiler asks for exactly that. */
export type ProblemDetail<Code extends ProblemCode> = Readonly<
  Record<Placeholder<(typeof PROBLEMS)[Code]>, string | number>
>;

/** A detail longer than this is cut: a problem quotes its cause, it does not repeat it. */
const DETAIL_LENGTH_MAX = 160;

export function problem<Code extends ProblemCode>(
  path: Path,
  code: Code,
  detail: ProblemDetail<Code>,
): CatalogueProblem {
  const details: Readonly<Record<string, string | number>> = detail;
  const message = PROBLEMS[code].replace(/\{(\w+)\}/g, (_, name: string) => quote(details[name]));
  return { path, code, message };
}

function quote(detail: string | number | undefined): string {
  const text = escapeUnprintable(String(detail));
  return text.length <= DETAIL_LENGTH_MAX ? text : `${text.slice(0, DETAIL_LENGTH_MAX)}…`;
}

/**
 * Control, direction and separator characters, and lone surrogates: they would forge or spoil a
 * line.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with such characters written as their code points, for a terminal or a log. */
export function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The path as a JSON Pointer (RFC 6901): `/plans/basic/terms/0`. */
export function toPointer(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Takes one problem; the checks tell it every one they find. */
export type Report = <Code extends ProblemCode>(
  path: Path,
  code: Code,
  detail: ProblemDetail<Code>,
) => void;
