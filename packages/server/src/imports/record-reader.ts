/** Chooses how the files of a source become events. */

import { assert } from "@counterpart/domain/assert.ts";
import type { Source } from "@counterpart/domain/catalogue/source.ts";
import type { EventType } from "@counterpart/domain/events/event-type.ts";
import { checkZone, type Zone } from "@counterpart/domain/period.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { FileRecord, RecordContent } from "./file-record.ts";
import { readAsterisk } from "./read-asterisk.ts";
import { readFreeswitch } from "./read-freeswitch.ts";
import { type MappedCsv, mappedCsv, type ReadMapped } from "./read-mapped-csv.ts";
import { recordIds } from "./record-ids.ts";
import { splitCsvRecords } from "./split-csv-records.ts";
import { type JsonText, splitJsonValues } from "./split-json-values.ts";
import type { NamedSource } from "./voice-event.ts";

/** Reads one file from its start. */
export type RecordReader = (
  bytes: AsyncIterable<Uint8Array>,
) => AsyncIterable<readonly FileRecord[]>;

/**
 * Longest record of mod_json_cdr; a call through many applications and transfers makes long ones.
 */
const FREESWITCH_BYTES_MAX = 1_048_576;

/**
 * The reader of a source's files; `null` reads CloudEvents of any source. `types` are those that a
 * CSV may be mapped to. Refuses `import.time-zone-missing`.
 */
export function recordReader(
  named: NamedSource | null,
  types: (name: string) => EventType | undefined,
): RecordReader {
  if (named === null) return readCloudEvents;
  const { source } = named;
  switch (source.reader) {
    case "cloudevents":
      return readCloudEvents;
    case "freeswitch":
      return (bytes) => readFreeswitchFile(bytes, named);
    case "asterisk": {
      const zone = zoneOf(source);
      if (zone === null) throw new Refusal("import.time-zone-missing", { source: named.name });
      return (bytes) => readAsteriskFile(bytes, named, zone);
    }
    case "csv": {
      const { csv: mapping } = source;
      assert(mapping !== undefined, "apply checked that the reader csv has its mapping");
      const required = requiredFields(types(mapping.type));
      const options = { name: named.name, mapping, zone: zoneOf(source), required };
      return (bytes) => readCsvFile(bytes, { ...options, idOf: recordIds() });
    }
  }
}

function zoneOf({ timeZone }: Source): Zone | null {
  return timeZone === undefined ? null : checkZone(timeZone);
}

function requiredFields(type: EventType | undefined): ReadonlySet<string> {
  const required = type?.schema.required;
  return new Set(Array.isArray(required) ? required.map(String) : []);
}

async function* readCloudEvents(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly FileRecord[]> {
  for await (const values of splitJsonValues(bytes)) {
    yield values.map((value) => withContent(value, (body) => ({ body })));
  }
}

async function* readFreeswitchFile(
  bytes: AsyncIterable<Uint8Array>,
  named: NamedSource,
): AsyncGenerator<readonly FileRecord[]> {
  for await (const values of splitJsonValues(bytes, { bytesMax: FREESWITCH_BYTES_MAX })) {
    yield values.map((value) => withContent(value, (text) => readFreeswitch(text, named)));
  }
}

function withContent(value: JsonText, read: (text: string) => RecordContent): FileRecord {
  if ("problem" in value) return value;
  const { line, through } = value;
  return { line, through, ...read(value.text) };
}

async function* readAsteriskFile(
  bytes: AsyncIterable<Uint8Array>,
  named: NamedSource,
  zone: Zone,
): AsyncGenerator<readonly FileRecord[]> {
  const source = { ...named, zone, idOf: recordIds() };
  for await (const records of splitCsvRecords(bytes, {})) {
    yield records.map((record) => {
      if (!("fields" in record)) return record;
      const { line, through, fields } = record;
      return { line, through, ...readAsterisk(fields, source) };
    });
  }
}

async function* readCsvFile(
  bytes: AsyncIterable<Uint8Array>,
  options: MappedCsv,
): AsyncGenerator<readonly FileRecord[]> {
  const { mapping } = options;
  let read: ReadMapped | null =
    mapping.columns === undefined ? null : mappedCsv(options, mapping.columns);
  for await (const records of splitCsvRecords(bytes, mapping)) {
    const events: FileRecord[] = [];
    for (const record of records) {
      if ("skipped" in record) events.push(record);
      else if (read === null) {
        // The header. When it cannot be read, none of its columns are there.
        read = mappedCsv(options, "fields" in record ? record.fields : []);
      } else if ("problem" in record) events.push(record);
      else {
        const { line, through, fields } = record;
        events.push({ line, through, ...read(fields) });
      }
    }
    yield events;
  }
}
