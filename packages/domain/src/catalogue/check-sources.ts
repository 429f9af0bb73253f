import type { EventType } from "../events/event-type.ts";
import { sessionPolicy } from "../sessions/session-policy.ts";
import type { Catalogue } from "./catalogue.ts";
import { checkTimeZone } from "./check-values.ts";
import { isDurationFormat, isLocalFormat } from "./csv-format.ts";
import type { Path, Report } from "./problems.ts";
import type { CsvField, CsvMapping, SessionRules, Source } from "./source.ts";

/**
 * Zones and accounts exist, a CSV mapping is there exactly when the reader needs it and makes events
 * that their type allows, local times have a zone, and a session may miss an interim before it is
 * too long.
 */
export function checkSources(
  catalogue: Catalogue,
  types: ReadonlyMap<string, EventType>,
  report: Report,
): void {
  for (const [id, source] of Object.entries(catalogue.sources)) {
    const path = ["sources", id];
    const { account, csv, sessions, timeZone } = source;
    if (timeZone !== undefined) checkTimeZone(timeZone, [...path, "timeZone"], report);
    if (account !== undefined && !Object.hasOwn(catalogue.accounts, account)) {
      report([...path, "account"], "catalogue.account-unknown", { account });
    }
    checkMappingPresence(source, path, report);
    if (csv !== undefined) checkMapping(source, csv, types, [...path, "csv"], report);
    if (sessions !== undefined) checkSessions(sessions, [...path, "sessions"], report);
  }
}

function checkSessions(rules: SessionRules, path: Path, report: Report): void {
  const { silenceMax, lifeMax } = sessionPolicy(rules);
  if (silenceMax === null || silenceMax <= lifeMax) return;
  const detail = { max: lifeMax / 1000, silence: silenceMax / 1000 };
  report([...path, "maxSessionSeconds"], "catalogue.session-too-short", detail);
}

function checkMappingPresence(source: Source, path: Path, report: Report): void {
  const isCsv = source.reader === "csv";
  if (isCsv && source.csv === undefined) report(path, "catalogue.mapping-missing", {});
  if (!isCsv && source.csv !== undefined) {
    report([...path, "csv"], "catalogue.mapping-unused", {});
  }
}

function checkMapping(
  { timeZone }: Source,
  csv: CsvMapping,
  types: ReadonlyMap<string, EventType>,
  path: Path,
  report: Report,
): void {
  const type = types.get(csv.type);
  if (type === undefined) {
    report([...path, "type"], "catalogue.event-type-unknown", { type: csv.type });
  } else checkData(csv, type, path, report);
  const fields: [Path, CsvField | undefined][] = [
    [["id"], csv.id],
    [["subject"], csv.subject],
    [["time"], csv.time],
    ...Object.entries(csv.data).map(([name, field]): [Path, CsvField] => [["data", name], field]),
  ];
  for (const [key, field] of fields) {
    if (field === undefined) continue;
    const at = [...path, ...key];
    checkField(field, csv.columns, at, report);
    const isLocal = field.format !== undefined && isLocalFormat(field.format);
    if (isLocal && timeZone === undefined) {
      report([...at, "format"], "catalogue.local-times-without-zone", {});
    }
  }
  if (csv.time.format !== undefined && isDurationFormat(csv.time.format)) {
    report([...path, "time", "format"], "catalogue.format-of-duration", {});
  }
}

/** Every record would be refused: one of these is missing in it, or not allowed. */
function checkData(
  { data, type }: CsvMapping,
  { schema }: EventType,
  at: Path,
  report: Report,
): void {
  const { properties, required, additionalProperties } = schema;
  for (const field of Array.isArray(required) ? required.map(String) : []) {
    if (Object.hasOwn(data, field)) continue;
    report([...at, "data"], "catalogue.field-not-mapped", { type, field });
  }
  if (additionalProperties !== false || typeof properties !== "object") return;
  for (const field of Object.keys(data)) {
    if (Object.hasOwn(properties ?? {}, field)) continue;
    report([...at, "data", field], "catalogue.field-unknown", { field });
  }
}

function checkField(
  { column, orElse, value }: CsvField,
  columns: readonly string[] | undefined,
  path: Path,
  report: Report,
): void {
  if ((column === undefined) === (value === undefined)) {
    report(path, "catalogue.field-without-origin", {});
  }
  if (columns === undefined) return;
  for (const [key, named] of Object.entries({ column, orElse })) {
    if (named === undefined) continue;
    const listed = typeof named === "number" ? named <= columns.length : columns.includes(named);
    if (!listed) report([...path, key], "catalogue.column-unknown", { column: named });
  }
}
