/**
 * An event type: what `data` must hold, which quantities are counted, and which dimensions prices and
 * reports may name (design: event type). Plain data, so that a user can add one without code.
 */
export interface EventType {
  readonly title: string;
  /** JSON Schema of `data`. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Reporting channel; `{name}` is replaced by the dimension of that name. */
  readonly channel: string;
  readonly quantities: Readonly<Record<string, QuantityRule>>;
  /** The quantity that hourly usage counts. Default: the only one (`measure-of.ts`). */
  readonly measure?: string | undefined;
  readonly dimensions: Readonly<Record<string, DimensionRule>>;
  /** Dimensions that hourly usage is kept by, besides the channel. Each one multiplies its rows. */
  readonly usage?: readonly string[] | undefined;
  /** Fields that are telephone numbers: normalised to E.164 by the source's dial plan. */
  readonly numbers?: readonly string[] | undefined;
  /** Fields of `data` that are kept apart because they are personal. */
  readonly personal?: readonly string[] | undefined;
  /** The id that an event must have, fields of `data` in braces: one for each fact that counts once. */
  readonly id?: string | undefined;
  /** The quantity of milliseconds that an event lasts from its time on; absent: it has no end. */
  readonly lasts?: string | undefined;
  /** How far what was sent has come; terms with `chargeOn` ask for it. */
  readonly delivery?: DeliveryRule | undefined;
}

/** Dimensions that say how far a message has come (handbook §3.3); their values are delivery states. */
export interface DeliveryRule {
  readonly status: string;
  /** Of a receipt: the state that the message was in before. */
  readonly after?: string | undefined;
  /** Of a receipt: the event type of the message, by whose terms it is charged. */
  readonly of?: string | undefined;
}

/** A whole number of the smallest unit, made from a decimal field or constantly 1. */
export interface QuantityRule {
  /** Absent: each event counts 1. */
  readonly field?: string | undefined;
  /** Smallest units per unit of the field: 1000 for seconds counted in milliseconds. Default 1. */
  readonly times?: number | undefined;
  /** Counts only if each of these fields of `data` has this value, or one of these; 0 otherwise. */
  readonly when?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** A text that is counted where `field` is absent, and must agree where it is not. */
  readonly text?: TextRule | undefined;
  /** Smallest units where there is nothing to count. Default: the event has no such quantity. */
  readonly absent?: number | undefined;
}

export interface TextRule {
  readonly field: string;
  readonly as: TextCount;
}

/** `smsSegments` heeds the fields `smartEncoding`, `senderType` and `referenceBits` of `data`. */
export type TextCount = "smsSegments" | "rcsSegments" | "characters";

export type DimensionRule =
  /** The field's text. */
  | { readonly field: string }
  /** ISO 3166 code of the country that a number field belongs to. */
  | { readonly countryOf: string }
  /** How the caller's number stands to the one that is called (handbook §2.6). */
  | { readonly originClassOf: string; readonly to: string }
  /** `MCC-MNC` of two fields. */
  | { readonly network: readonly [mcc: string, mnc: string] };
