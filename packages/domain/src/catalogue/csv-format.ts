/** How a column of a CSV writes a time or a duration. */
export type CsvFormat =
  | "rfc3339"
  | "epochSeconds"
  | "epochMilliseconds"
  /** `2015-10-21 12:13:10` or `2024/06/17 05:59:58`, in the source's zone. */
  | "yearMonthDay"
  /** `04.07.2016 18:58:55`, in the source's zone. */
  | "dayMonthYear"
  /** `2013-11-07 08:42:25 +0000 UTC`. */
  | "goTime"
  | "seconds"
  /** `00:00:25`. */
  | "clock"
  /** `10s`, `5m`, `1h2m3s`. */
  | "goDuration";

export type DurationFormat = "seconds" | "clock" | "goDuration";
export type TimeFormat = Exclude<CsvFormat, DurationFormat>;

export function isDurationFormat(format: CsvFormat): format is DurationFormat {
  return format === "seconds" || format === "clock" || format === "goDuration";
}

/** Formats that say nothing of a zone: the source's is meant. */
export function isLocalFormat(format: CsvFormat): boolean {
  return format === "yearMonthDay" || format === "dayMonthYear";
}
