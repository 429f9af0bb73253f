import type { EventType } from "../events/event-type.ts";
import { sessionPolicy } from "../sessions/session-policy.ts";
import type { Catalogue } from "./catalogue.ts";
import { checkTimeZone } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";
import type { CsvField, CsvMapping, SessionRules, Source } from "./source.ts";

/**
 * Zones and accounts exist, a CSV mapping is there exactly when the reader needs it, and a session
 * may miss an interim before it is too long.
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
    if (csv !== undefined) checkMapping(csv, types, [...path, "csv"], report);
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
  csv: CsvMapping,
  types: ReadonlyMap<string, EventType>,
  path: Path,
  report: Report,
): void {
  if (!types.has(csv.type)) {
    report([...path, "type"], "catalogue.event-type-unknown", { type: csv.type });
  }
  const fields: [Path, CsvField | undefined][] = [
    [["id"], csv.id],
    [["subject"], csv.subject],
    [["time"], csv.time],
    ...Object.entries(csv.data).map(([name, field]): [Path, CsvField] => [["data", name], field]),
  ];
  for (const [key, field] of fields) {
    if (field !== undefined) checkField(field, csv.columns, [...path, ...key], report);
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
