/** Sources in their wire form: how the records of a producer of events are read. */
import type { CsvFormat } from "./csv-format.ts";

/** How the numbers of a source are to be read (handbook §2.1). */
export interface DialPlan {
  /** Calling code of national numbers, such as `"49"`. */
  readonly countryCode?: string | undefined;
  /** What national numbers start with and E.164 leaves out, such as `"0"`. */
  readonly nationalPrefix?: string | undefined;
  /** What international numbers start with; `+` always does. */
  readonly internationalPrefixes?: readonly string[] | undefined;
  /** Technical or outside-line prefixes that are removed first, the longest that matches. */
  readonly strip?: readonly string[] | undefined;
  /** Numbers of at most so many digits are internal: they have no E.164 form. */
  readonly internalDigitsMax?: number | undefined;
}

export interface Source {
  readonly reader: "cloudevents" | "freeswitch" | "asterisk" | "csv";
  /** Zone of times that are written without one. */
  readonly timeZone?: string | undefined;
  readonly dialPlan?: DialPlan | undefined;
  /** Events older than this are quarantined. Default 400. */
  readonly daysBack?: number | undefined;
  /** Events further ahead than this are quarantined. Default 60. */
  readonly minutesAhead?: number | undefined;
  /** What the switch's word for a call's direction means; for the readers of switches. */
  readonly direction?: DirectionRule | undefined;
  /** How the columns of a CSV become an event; required for the reader `csv`. */
  readonly csv?: CsvMapping | undefined;
  /** The account of records that name none. */
  readonly account?: string | undefined;
  /** Hours after which a message without a final receipt is reported as `unconfirmed`; absent: never. */
  readonly receiptHours?: number | undefined;
  /** How the start, interim and stop records of its calls are read; without it, it sends none. */
  readonly sessions?: SessionRules | undefined;
}

/** How a source tells of calls while they last (handbook §6). */
export interface SessionRules {
  /** Whether a record says what was used from the start on, or since the record before. */
  readonly usage: "cumulative" | "delta";
  /** Seconds between interims. Absent: the source sends none. */
  readonly interimSeconds?: number | undefined;
  /** A session is taken for ended when it is open for so long. Default 14,400. */
  readonly maxSessionSeconds?: number | undefined;
}

/**
 * A switch names directions by itself, not by its customer. Its words are the channel's direction of
 * FreeSWITCH (`inbound`: the call came to the switch) and the context of Asterisk. One that is not listed
 * becomes `otherwise`; without that, `inbound` and `outbound` stay and any other word is outbound.
 */
export interface DirectionRule {
  readonly map?: Readonly<Record<string, "inbound" | "outbound">> | undefined;
  readonly otherwise?: "inbound" | "outbound" | undefined;
}

/** Where a value comes from: a column (by name or 1-based number) or a constant. */
export interface CsvField {
  readonly column?: string | number | undefined;
  /** The column that is read where `column` is empty. */
  readonly orElse?: string | number | undefined;
  readonly value?: string | undefined;
  /** Recoding of the column's text; a text that is not listed becomes `otherwise`, or stays as it is. */
  readonly map?: Readonly<Record<string, string>> | undefined;
  readonly otherwise?: string | undefined;
  /** How a time or duration is written. Times default to `rfc3339`. */
  readonly format?: CsvFormat | undefined;
}

export interface CsvMapping {
  readonly delimiter?: string | undefined;
  /** Names of the columns when the file has no header line. */
  readonly columns?: readonly string[] | undefined;
  /** Lines that start so are skipped, and counted as such. */
  readonly comment?: string | undefined;
  /** Omitted: the id is the hash of the record and its ordinal among identical records of the file. */
  readonly id?: CsvField | undefined;
  readonly type: string;
  readonly subject?: CsvField | undefined;
  readonly time: CsvField;
  readonly data: Readonly<Record<string, CsvField>>;
}
