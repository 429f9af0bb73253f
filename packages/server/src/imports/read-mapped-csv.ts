/** Any CSV, through the mapping that its source declares. */
import {
  type CsvFormat,
  isDurationFormat,
  isLocalFormat,
} from "@counterpart/domain/catalogue/csv-format.ts";
import type { CsvField, CsvMapping } from "@counterpart/domain/catalogue/source.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import type { Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import {
  malformedRecord,
  type RecordContent,
  type RecordProblem,
  shownText,
} from "./file-record.ts";
import { readDuration, readTime } from "./record-formats.ts";
import { eventText } from "./voice-event.ts";

export interface MappedCsv {
  readonly name: string;
  readonly mapping: CsvMapping;
  /** For local times; null when the source names none. */
  readonly zone: Zone | null;
  /** Fields that the event type requires: they stay when they are empty, others are left out. */
  readonly required: ReadonlySet<string>;
  /** Id of a record whose mapping names none; see recordIds. */
  readonly idOf: (fields: readonly string[]) => string;
}

export type ReadMapped = (fields: readonly string[]) => RecordContent;

/**
 * How records under these columns become events. Refuses `import.columns-missing` when the mapping
 * names others, or one that is there twice, and `import.time-zone-missing`.
 */
export function mappedCsv(options: MappedCsv, columns: readonly string[]): ReadMapped {
  const { name, mapping, zone, idOf } = options;
  checkZones(options);
  checkColumns(mapping, columns);
  const cell = (field: CsvField | undefined): ((fields: readonly string[]) => string) =>
    field === undefined ? () => "" : cellReader(field, columns);
  const idCell = cell(mapping.id);
  const subjectCell = cell(mapping.subject);
  const timeCell = cell(mapping.time);
  const data = Object.entries(mapping.data).map(([key, field]) => {
    const isKept = options.required.has(key);
    return { key, read: cell(field), format: field.format, isKept };
  });
  return (fields) => {
    if (fields.length !== columns.length) {
      return malformedRecord(`${fields.length} fields where there are ${columns.length} columns`);
    }
    const time = timeOf(timeCell(fields), mapping.time.format ?? "rfc3339", zone);
    if (typeof time === "object") return time;
    const values: Record<string, string> = {};
    for (const { key, read, format, isKept } of data) {
      const text = read(fields);
      if (text === "" && !isKept) continue;
      const value = text === "" || format === undefined ? text : formatted(text, format, zone);
      if (value === null) return malformedRecord(`${key} ${shownText(text)} is not ${format}`);
      values[key] = value;
    }
    const id = mapping.id === undefined ? idOf(fields) : idCell(fields);
    const subject = subjectCell(fields);
    return {
      body: eventText({ id, source: name, type: mapping.type, subject, time, data: values }),
    };
  };
}

function fieldsOf({ id, subject, time, data }: CsvMapping): [string, CsvField][] {
  const own = Object.entries({ id, subject, time }).filter(([, field]) => field !== undefined);
  return [...(own as [string, CsvField][]), ...Object.entries(data)];
}

function checkZones({ mapping, zone }: MappedCsv): void {
  if (zone !== null) return;
  for (const [key, { format }] of fieldsOf(mapping)) {
    if (format !== undefined && isLocalFormat(format)) {
      throw new Refusal("import.time-zone-missing", { field: key, format });
    }
  }
}

function checkColumns(mapping: CsvMapping, columns: readonly string[]): void {
  const missing = new Set<string | number>();
  for (const [, { column, orElse }] of fieldsOf(mapping)) {
    for (const named of [column, orElse]) {
      if (named !== undefined && indexOf(named, columns) === -1) missing.add(named);
    }
  }
  if (missing.size === 0) return;
  throw new Refusal("import.columns-missing", {
    missing: [...missing].slice(0, 20),
    found: columns.slice(0, 50).map((each) => each.slice(0, 64)),
  });
}

/** -1 when there is no such column, or more than one. */
function indexOf(column: string | number, columns: readonly string[]): number {
  if (typeof column === "number") return column <= columns.length ? column - 1 : -1;
  const index = columns.indexOf(column);
  return index === columns.lastIndexOf(column) ? index : -1;
}

function cellReader(
  { column, orElse, value, map, otherwise }: CsvField,
  columns: readonly string[],
): (fields: readonly string[]) => string {
  const first = column === undefined ? null : indexOf(column, columns);
  const second = orElse === undefined ? null : indexOf(orElse, columns);
  const recoded = map === undefined ? null : new Map(Object.entries(map));
  return (fields) => {
    let text = first === null ? (value ?? "") : fields[first]!;
    if (text === "" && second !== null) text = fields[second]!;
    return recoded?.get(text) ?? otherwise ?? text;
  };
}

function timeOf(text: string, format: CsvFormat, zone: Zone | null): Instant | RecordProblem {
  const time = isDurationFormat(format) ? null : readTime(text, format, zone);
  return time ?? malformedRecord(`time ${shownText(text)} is not ${format}`);
}

/** Durations become decimal seconds, times RFC 3339; null when the text is not written so. */
function formatted(text: string, format: CsvFormat, zone: Zone | null): string | null {
  if (isDurationFormat(format)) return readDuration(text, format);
  const time = readTime(text, format, zone);
  return time === null ? null : formatInstant(time);
}
