import type { RefusalCode } from "@counterpart/domain/refusals.ts";

/**
 * A record of a file on its way to ingest. `line` is where it begins; lines up to `through` are
 * done with when it is.
 */
export type FileRecord = { readonly line: number; readonly through: number } & RecordContent;

export type RecordContent =
  /** A CloudEvents JSON text. */
  | { readonly body: string }
  | RecordProblem
  /** A comment: nothing to submit. */
  | { readonly skipped: true };

export interface RecordProblem {
  readonly problem: RefusalCode;
  readonly detail: string;
}

/** A record without the columns or values of its format. */
export function malformedRecord(detail: string): RecordProblem {
  return { problem: "event.malformed-record", detail };
}

/** A text of a record, short enough for a message. */
export function shownText(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
