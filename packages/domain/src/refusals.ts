import { REFUSALS_OF_SERVICE } from "./refusals-of-service.ts";

/**
 * Every refusal that Counterpart can give, once: its stable code, the HTTP status it becomes and the
 * sentence a caller reads. Codes are `thing.what-is-wrong`. A quarantined or refused event carries one.
 */
export const REFUSALS = {
  "decimal.malformed": [422, "A decimal is written in plain digits, such as 0.0085."],
  "decimal.too-long": [422, "A decimal may have at most 38 digits."],
  "decimal.too-precise": [422, "The decimal has more places than are kept here."],
  "currency.unknown": [422, "The currency is not a code of ISO 4217."],
  "instant.malformed": [422, "A time is written as RFC 3339, such as 2026-10-01T12:00:00Z."],
  "instant.without-zone": [422, "A time needs its zone: Z or an offset such as +02:00."],
  "date.malformed": [422, "A date is written as 2026-10-01."],
  "zone.unknown": [422, "The time zone is not in the IANA list."],
  "period.malformed": [422, "A period is written as 2026-10."],
  "id.malformed": [422, "An id has 1 to 63 of a-z, 0-9, dot, dash and underscore."],
  "unit.unknown": [
    422,
    "No unit of this name is known; a size of a quantity may be given instead.",
  ],
  "unit.size-invalid": [422, "The size of a unit is a whole number above zero."],
  "unit.not-whole": [422, "The number of units is negative or not whole in smallest units."],
  "rate.negative": [422, "A rate or fee of a tier is zero or more."],
  "package.size-not-positive": [422, "A package or block holds more than nothing."],
  "blocks.not-positive": [422, "A tier holds a whole number of blocks, at least one."],
  "convert.one-of-both": [422, "A conversion either divides or multiplies."],
  "convert.not-positive": [422, "A conversion's factor is above zero."],
  "convert.decimals-unrounded": [422, "Decimals of a conversion need a rounding."],
  "convert.too-fine": [422, "The converted unit is too small to count in: use fewer places."],
  "discount.out-of-range": [422, "A discount is from 0 to 100 percent."],
  "included.per-account-converted": [
    422,
    "Units of each account are counted before conversion: leave out convert, or these units.",
  ],
  "included.rollover-unpooled": [422, "Only units that are shared or the term's own roll over."],
  "limits.crossed": [422, "A minimum is not above its maximum."],
  "tiers.not-ascending": [422, "Each tier must end above the one before it."],
  "tiers.not-open": [422, "The last tier, and only the last, must be open (upTo: null)."],

  "catalogue.empty": [409, "There is no catalogue yet. Apply one: counterpart apply DIR."],
  "catalogue.invalid": [422, "The catalogue has problems; nothing was applied."],
  "catalogue.deck-rows-missing": [422, "The rows of a deck version were not handed in."],
  "catalogue.changed": [412, "The catalogue has changed since it was read."],

  "close.not-complete": [
    409,
    "Events are unaccounted for; nothing is closed before that is cleared up.",
  ],
  "close.doubtful": [
    409,
    "No event is of this month, or it is long past. Statements cannot be taken back: look at a dry run, " +
      "then close it with --yes (confirmed=true).",
  ],
  "close.quarantined": [
    409,
    "Events of the period are quarantined. Fix and replay them, or close despite them.",
  ],

  "close.not-begun": [422, "The month has not begun."],
  "option.not-a-number": [422, "This option takes a whole number."],
  "usage.range-empty": [422, "The range ends before it begins."],
  "usage.range-not-hours": [
    422,
    "Usage is kept by the hour of UTC: begin and end on full hours, such as 2026-10-01T00:00:00Z.",
  ],
  "usage.zone-not-hours": [
    422,
    "Usage is kept by the hour of UTC, and days of this zone begin within one: leave the zone out.",
  ],
  "usage.filter-malformed": [422, "A filter is written as name=value."],
  "usage.group-unknown": [
    422,
    "Usage is grouped by account, type, hour, day, month, channel or a dimension.",
  ],
  "usage.too-many-groups": [422, "Usage is grouped by at most six things."],

  "meter.unknown": [404, "The catalogue has no meter of this name."],
  "meter.range-empty": [422, "A meter's range ends after it begins."],
  "meter.group-unknown": [422, "A meter is split by account, type, day, month and its by."],
  "meter.too-many-groups": [422, "The split has more groups than are held at once: split by less."],
  "meter.too-many-names": [422, "There are more different names than can be counted."],
  "meter.expression-failed": [
    422,
    "The expression has no value for these events, such as a division by zero: guard it.",
  ],
  "meter.negative": [
    422,
    "A price stands on a meter that is below zero, and usage never pays: mend its expression.",
  ],

  "statement.unknown": [404, "There is no statement with this id."],
  "explain.not-found": [404, "Nothing of this reference is stored."],
  "demo.other-catalogue": [
    409,
    "This database has a catalogue of its own. Give the demo another one: COUNTERPART_DATA or DATABASE_URL.",
  ],
  "demo.other-size": [
    409,
    "This database holds the demo in another size: give that one, or another COUNTERPART_DATA.",
  ],
  "margin.rate-missing": [409, "A currency has no exchange rate on a day of the period."],

  "event.unreadable": [400, "What came is not a JSON object in which each name stands once."],
  "event.too-large": [413, "An event may have at most 65,536 bytes."],
  "event.too-deep": [400, "Data may be nested at most 32 deep."],
  "event.id-missing": [400, "An event needs an id: 1 to 256 characters."],
  "event.source-missing": [400, "An event needs its source."],
  "event.type-missing": [400, "An event needs its type."],
  "event.time-missing": [400, "An event needs its time as RFC 3339 with a zone."],
  "event.time-malformed": [
    400,
    "The time is not RFC 3339 with a zone, such as 2026-10-01T12:00:00Z.",
  ],
  "event.subject-malformed": [400, "A subject is a text of 1 to 256 characters."],
  "event.data-malformed": [
    400,
    "Data is a JSON object: in data, or in data_base64 as the base64 of its JSON.",
  ],
  "event.source-not-permitted": [403, "This key may not write events of this source."],
  "event.malformed-record": [400, "The record does not have the columns or values of its format."],

  "event.source-unknown": [422, "No source of this name is in the catalogue."],
  "event.type-unknown": [422, "No event type of this name is in the catalogue."],
  "event.account-unknown": [422, "The subject names no account at the event's time."],
  "event.subject-missing": [422, "The event names no account."],
  "event.text-not-storable": [422, "A text holds NUL or half of a surrogate pair."],
  "event.not-storable": [
    422,
    "The store refuses a value of this event, such as a sum that grows too large by it.",
  ],
  "event.data-invalid": [422, "The data does not fit the schema of its type."],
  "event.quantity-invalid": [
    422,
    "A quantity is negative, too large or not a whole smallest unit.",
  ],
  "event.text-too-long": [422, "A text message has at most 255 segments."],
  "event.count-not-of-text": [
    422,
    "The event counts its text otherwise than it is sent: leave out the count, or the text.",
  ],
  "event.id-not-as-due": [
    422,
    "An event of this type has the id that its type prescribes, so that it counts once.",
  ],
  "event.too-old": [422, "The event is older than its source's window allows."],
  "event.in-future": [422, "The event lies further ahead than its source's window allows."],
  "event.number-not-dialable": [422, "A number has no E.164 form under the source's dial plan."],

  "rating.no-agreement": [422, "No agreement covers this account and event at the event's time."],
  "rating.no-rate": [422, "The deck has no rate for this destination. No rate is never zero."],
  "rating.destination-blocked": [422, "The deck blocks this destination."],
  "rating.call-too-long": [
    422,
    "A call that is priced by time bands or by rates that change lasts 100 days at most.",
  ],
  "rating.base-missing": [422, "A term stands on a charge that this event does not have."],
  "rating.base-in-other-currency": [422, "A term stands on a charge in another currency."],
  "rating.quantity-missing": [422, "A term is priced per a quantity that the event does not have."],
  "rating.status-unknown": [422, "A term charges on delivery and knows no such status."],
  "rating.failed": [422, "Rating this event failed; the fault is ours. It is kept for replay."],

  "catalogue.kind-unknown": [404, "There is no kind of catalogue object of this name."],
  "catalogue.object-unknown": [404, "The catalogue has no object of this kind and id."],
  "agreement.unknown": [404, "There is no agreement of this id."],

  "event.unknown": [404, "No event of this source and id, or of this key, is stored."],
  "event.quarantined": [
    409,
    "The event waits in quarantine and counts for nothing. Cure its cause, or send it corrected.",
  ],
  "fact.event-void": [409, "The event is void. Restore it first."],
  "fact.not-void": [409, "The event is not void: there is nothing to restore."],
  "fact.same-content": [409, "The event says the same already; nothing was corrected."],
  "fact.other-event": [422, "A correction has the source and id of the event that it corrects."],
  "fact.not-ratable": [422, "What the correction says cannot be rated; nothing was corrected."],
  "fact.not-storable": [
    422,
    "The store refuses what these facts come to, such as a total that grows too large; nothing was stated.",
  ],
  "fact.named-twice": [422, "The event is named twice in one request."],
  "fact.reason-missing": [422, "Say why: a reason has 1 to 500 characters."],

  "rerating.range-empty": [422, "The range ends before it begins."],
  "rerating.filter-unknown": [422, "There is nothing of this name to re-rate by."],
  "rerating.unknown": [404, "There is no re-rating of this number."],
  "rerating.not-running": [409, "The re-rating is done, or was stopped already."],
  "rerating.already-running": [409, "Another re-rating is under way. Try again when it is done."],
  "rerating.not-confirmed": [
    409,
    "Nothing was re-rated. Look at the preview and say yes, or pass --yes.",
  ],
  "backfill.unknown": [404, "There is no backfill of this name."],
  "backfill.name-taken": [409, "There was a backfill of this name. Choose another one."],
  "backfill.not-open": [409, "The backfill is not open any more; open another one."],
  "backfill.empty": [409, "The backfill holds nothing. Add items, or revert it to drop it."],
  "backfill.already-running": [
    409,
    "A backfill is being closed or reverted. Try again when it is done.",
  ],
  "backfill.not-confirmed": [
    409,
    "Nothing was done. Look at what it would change and say yes, or pass --yes.",
  ],
  "backfill.being-reverted": [409, "The backfill is being reverted, or was."],
  "backfill.item-unreadable": [
    422,
    'An item is an event, or {"void": "source/id"}, {"restore": "source/id"} or {"correct": event}.',
  ],
  "backfill.stated-since": [
    409,
    "Something else was said of the event after the backfill. Look at it: counterpart explain.",
  ],
  "close.rerating-unfinished": [
    409,
    "A re-rating of the period is unfinished. Let it finish, or stop it: counterpart reratings.",
  ],
  "close.backfill-unfinished": [
    409,
    "A backfill is half closed or half reverted. Finish it: counterpart backfill close, or revert.",
  ],

  "deck.unknown": [
    404,
    "There is no deck of this name in the catalogue. An import can make it (--create; create=true).",
  ],
  "deck.exists": [409, "The catalogue has a deck of this name: import into it, without create."],
  "deck.new-unclear": [
    422,
    "A deck is made with create and a currency. One that exists has its own key, currency and unit.",
  ],
  "deck.increments-malformed": [
    422,
    "Increments are written as 60/1: the first one, then the next.",
  ],
  "deck.imports-waiting": [503, "Other price lists are being imported. Send it again in a minute."],
  "deck.version-unknown": [404, "The deck has no version of this date."],
  "deck.none-in-force": [409, "No version of the deck is in force at this time."],
  "deck.version-exists": [
    409,
    "The deck has a version of this date. Take its place (--replace; replace=true), or choose another date.",
  ],
  "deck.version-by-hand": [
    409,
    "The version is not a CSV file of its own with our columns: change the catalogue by hand.",
  ],
  "deck.file-not-csv": [422, "This is no CSV. Save the sheet as CSV (UTF-8) and import that."],
  "deck.file-too-large": [413, "A price list may have at most 128 MiB; over HTTP 32 MiB."],
  "deck.number-malformed": [422, "Give the digits of a number, or a network such as 262-01."],
  "deck.encoding-unclear": [422, "The file's encoding is not clear: set encoding in the mapping."],
  "deck.delimiter-unclear": [422, "What separates the columns is not clear: set delimiter."],
  "deck.mapping-invalid": [422, "The mapping has problems; nothing was imported."],
  "deck.list-invalid": [422, "The list has problems; nothing was imported."],
  "deck.unchanged": [409, "The deck has these rows already; there is nothing to import."],
  "deck.notice-too-short": [
    409,
    "Prices go up sooner than was promised. Choose a later date, or go ahead (--despite-notice; " +
      "despiteNotice=true).",
  ],
  "deck.not-confirmed": [409, "Nothing was changed. Confirm with --yes."],
  "deck.not-comparable": [422, "The decks are not priced by the same kind of key and quantity."],
  "deck.rate-missing": [422, "A currency has no exchange rate at this time: compare needs one."],
  "plan.unknown": [404, "There is no plan of this name, or it is not a public one."],
  "quote.target-unclear": [
    422,
    "Ask against one of account, agreement, plan or price, or for an event that names its account.",
  ],
  "quote.question-unclear": [422, "Ask for one of event or quantity."],
  "quote.account-missing": [422, "The agreement is for every account: name the account, too."],
  "quote.account-unknown": [404, "There is no account of this name."],
  "quote.currency-missing": [422, "Name the currency: what is asked about has none of its own."],
  "quote.currency-differs": [422, "The rates of a deck are in another currency."],
  "quote.price-invalid": [422, "The price has problems; see errors."],
  "quote.deck-unused": [422, "A deck of the request is for a price of the request that names it."],
  "quote.type-missing": [422, "Name the event type: several, or none, count this unit."],
  "quote.field-unknown": [422, "The event type has no field and no dimension of this name."],
  "quote.quantity-unknown": [422, "The event type does not count this unit."],
  "quote.unit-missing": [422, "Say what the quantity counts: --unit minute, segment, …"],
  "quote.quantity-malformed": [
    422,
    "A quantity is a decimal of 0 or more that is whole in the smallest unit: 0.5 minutes, no 0.5 SMS.",
  ],
  "quote.events-without-month": [
    422,
    "A number of events is for prices that are made at close. Leave it out, and ask for one event.",
  ],
  "quote.base-circular": [
    422,
    "The price stands on what the customer itself pays. It is a partner's, no customer's.",
  ],
  "quote.price-of-month": [
    422,
    "This price is due for a month, not for usage: put it into a plan, and quote a stream of events.",
  ],
  "quote.balance-malformed": [422, "A balance is a decimal that is not negative, such as 5.00."],
  "quote.balance-without-call": [
    422,
    "A balance allows so long a call: ask for an event of a type that counts a duration.",
  ],
  "quote.balance-unclear": [
    422,
    "A balance is the caller's own: ask against its account, agreement, plan or price.",
  ],
  "quote.balance-at-close": [
    422,
    "The price is made at close of the month, so no single call has one to compare a balance with.",
  ],
  "quote.too-many-lines": [422, "The quote would have too many lines; ask for fewer events."],

  "event.conflicting": [409, "An event of this source and id with other content was accepted."],
  "event.commit-unknown": [503, "Whether it was stored is not known. Send again; it counts once."],
  "event.batch-too-long": [413, "A batch may have at most 1,000 events; stream NDJSON instead."],
  "event.batch-unreadable": [400, "The batch is not a JSON array."],
  "event.specversion-unknown": [400, "CloudEvents of specversion 1.0 are taken."],

  "session.unreadable": [400, "A session record is a JSON object."],
  "session.too-large": [413, "A session record may have at most 65,536 bytes."],
  "session.source-invalid": [400, "A session record names its source: 1 to 256 characters."],
  "session.id-invalid": [400, "A session record needs its sessionId: 1 to 190 characters."],
  "session.leg-invalid": [400, "The leg of a session has 1 to 64 characters, without a slash."],
  "session.sequence-invalid": [400, "The sequence is a whole number from 0 to 2147483647."],
  "session.phase-unknown": [400, "The phase of a session record is start, interim or stop."],
  "session.time-invalid": [400, "The time of a session record is RFC 3339 with its zone."],
  "session.usage-invalid": [
    400,
    "usageSeconds is a decimal of at most 3 places, from 0 to 100,000,000; only a start may lack it.",
  ],
  "session.type-invalid": [400, "The type of a session is an event type that lasts: voice.call."],
  "session.subject-invalid": [400, "The subject of a session is a text of 1 to 256 characters."],
  "session.data-invalid": [400, "The data of a session record is an object, at most 31 deep."],
  "session.field-unknown": [400, "A session record has no such field: put it into data."],
  "session.duration-in-data": [
    400,
    "The duration is in usageSeconds; leave it out of the data of a session record.",
  ],
  "session.source-without-rules": [
    422,
    "The source declares no sessions. Add to it in the catalogue: sessions: { usage: cumulative }.",
  ],
  "session.conflicting": [
    409,
    "A record of this session and sequence with other content came before; that one counts.",
  ],
  "session.too-many-records": [422, "A session has at most 10,000 records."],
  "session.unknown": [404, "No record of this session has come."],
  "session.not-open": [409, "The session is not open: only an open one can be expired."],

  "import.source-unknown": [404, "No source of this name is in the catalogue."],
  "import.time-zone-missing": [
    422,
    "The times of this source's files have no zone. Name it in the source: timeZone.",
  ],
  "import.columns-missing": [422, "The file has not the columns that the source's mapping names."],
  "quarantine.code-unknown": [
    422,
    "This is the code of no reason: `counterpart quarantine` lists those that events wait for.",
  ],

  "import.file-unreadable": [422, "The file cannot be read."],
  "import.file-unwritable": [422, "The file cannot be written."],
  "import.file-damaged": [422, "The file breaks off or is damaged. What came before is kept."],
  "import.file-changed": [
    409,
    "The file changed while it was read. Import it when it is complete.",
  ],
  "import.empty": [422, "There is nothing to import here."],
  "import.already-running": [409, "This file is being imported elsewhere at this moment."],
  ...REFUSALS_OF_SERVICE,
} as const satisfies Record<string, readonly [status: number, sentence: string]>;

export type RefusalCode = keyof typeof REFUSALS;

/** The caller's doing, said with a code that never changes its meaning. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  /** What the refusal is about: field names and values that may be shown to the caller. */
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(code: RefusalCode, detail: Readonly<Record<string, unknown>> = {}) {
    super(`${code}: ${REFUSALS[code][1]}`);
    this.code = code;
    this.detail = detail;
  }
}
