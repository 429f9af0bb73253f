import type { CatalogueChange } from "@counterpart/domain/catalogue/diff-catalogue.ts";
import type { DeckVersionChange } from "@counterpart/domain/catalogue/diff-decks.ts";
import type { FieldChange } from "@counterpart/domain/catalogue/diff-fields.ts";
import { escapeUnprintable } from "@counterpart/domain/catalogue/problems.ts";

/** More changes of a kind than these are one line: nobody reads ten thousand. */
const CHANGES_LISTED_MAX = 20;
const FIELDS_LISTED_MAX = 40;
const VALUE_LENGTH_MAX = 60;

const SIGNS = { added: "+", changed: "~", removed: "-" } as const;

/**
 * The difference as text, one change a line, each ending in a line feed; one sentence when there is
 * none:
 *
 * ```text
 * + agreement acme-2026  party acme, role customer, currency EUR, …
 * ~ plan basic  terms.sms-out.price.rate  0.0075 → 0.0079
 * + 10,000 accounts (acme-1 … acme-10000)
 * ```
 */
export function printDifference(changes: readonly CatalogueChange[]): string {
  if (changes.length === 0) return "The catalogue is as it was.\n";
  const groups = new Map<string, CatalogueChange[]>();
  for (const change of changes) {
    const key = `${change.kind} ${change.change}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()]
    .flatMap(linesOfGroup)
    .map((line) => `${line}\n`)
    .join("");
}

const NATURAL = new Intl.Collator("en", { numeric: true });

function linesOfGroup(group: readonly CatalogueChange[]): readonly string[] {
  const sorted = group.toSorted((a, b) => NATURAL.compare(a.id, b.id));
  if (group.length <= CHANGES_LISTED_MAX) return sorted.flatMap(linesOfChange);
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const span = `${shown(first.id)} … ${shown(last.id)}`;
  return [`${SIGNS[first.change]} ${count(group.length)} ${PLURALS[first.kind]} (${span})`];
}

const PLURALS: Readonly<Record<CatalogueChange["kind"], string>> = {
  provider: "providers",
  party: "parties",
  account: "accounts",
  source: "sources",
  "event type": "event types",
  "exchange table": "exchange tables",
  deck: "decks",
  plan: "plans",
  agreement: "agreements",
  meter: "meters",
  "exchange rate": "exchange rates",
};

/** The values of a change stand below each other, behind its name. */
function linesOfChange({ kind, id, change, fields, versions }: CatalogueChange): readonly string[] {
  const name = kind === "provider" ? kind : `${kind} ${shown(id)}`;
  const head = `${SIGNS[change]} ${name}`;
  const details = change === "changed" ? changedFields(fields) : summary(fields);
  const rows = [...details, ...versions.map(lineOfVersion)];
  if (rows.length === 0) return [head];
  const indent = " ".repeat(head.length);
  return rows.map((row, at) => `${at === 0 ? head : indent}  ${row}`);
}

function changedFields(fields: readonly FieldChange[]): readonly string[] {
  const listed = fields.slice(0, FIELDS_LISTED_MAX);
  const width = Math.max(0, ...listed.map(({ path }) => shown(path).length));
  const lines = listed.map((field) => `${shown(field.path).padEnd(width)}  ${transition(field)}`);
  const untold = fields.length - listed.length;
  return untold === 0 ? lines : [...lines, `and ${count(untold)} more`];
}

function transition(field: FieldChange): string {
  if (!("before" in field)) return `+ ${shown(field.after)}`;
  if (!("after" in field)) return `- ${shown(field.before)}`;
  return `${shown(field.before)} → ${shown(field.after)}`;
}

const SUMMARY_LENGTH_MAX = 80;

/** As many values of an object that comes or goes as one line has room for. */
function summary(fields: readonly FieldChange[]): readonly string[] {
  const told: string[] = [];
  let length = 0;
  for (const { path, before, after } of fields) {
    const value = `${shown(path)} ${shown(after ?? before)}`;
    length += value.length + ", ".length;
    if (told.length > 0 && length > SUMMARY_LENGTH_MAX) return [`${told.join(", ")}, …`];
    told.push(value);
  }
  return told.length === 0 ? [] : [told.join(", ")];
}

function lineOfVersion({ from, change, rows }: DeckVersionChange): string {
  const head = `${SIGNS[change]} from ${shown(from)}`;
  if (rows === null) return head;
  const counts = [
    [rows.added, "new"],
    [rows.increased, "up"],
    [rows.decreased, "down"],
    [rows.otherwise, "changed otherwise"],
    [rows.deleted, "deleted"],
    [rows.unchanged, "unchanged"],
  ] as const;
  const told = counts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${count(number)} ${word}`);
  const line = `${head}: ${told.join(", ") || "no rows"}`;
  const { largestIncrease: most } = rows;
  if (most === null) return line;
  const percent = most.percent === null ? "from nothing" : `+${most.percent} %`;
  const name = most.name === null ? "" : ` ${shown(most.name)}`;
  return `${line}; most ${most.key}${name} ${most.before} → ${most.after} (${percent})`;
}

function count(number: number): string {
  return number.toLocaleString("en");
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = escapeUnprintable(text);
  return safe.length <= VALUE_LENGTH_MAX ? safe : `${safe.slice(0, VALUE_LENGTH_MAX - 1)}…`;
}
