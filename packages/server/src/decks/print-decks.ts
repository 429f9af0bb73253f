/** What the deck tool prints: differences, findings and lookups as aligned text. */
import type { DeckRow } from "@counterpart/domain/catalogue/catalogue.ts";
import { escapeUnprintable } from "@counterpart/domain/catalogue/problems.ts";
import {
  type DeckComparison,
  foremostChanges,
  formatTenths,
  type RowChange,
  rateChangeTenths,
} from "@counterpart/domain/decks/compare-decks.ts";
import { LINT_RULES, type LintFinding } from "@counterpart/domain/decks/lint-deck.ts";
import { describeUnit } from "@counterpart/domain/explain/describe-quantity.ts";
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import { printTable } from "../platform/print-table.ts";
import { group } from "../platform/progress.ts";
import type { OpenDeck } from "./deck-shelf.ts";
import type { PlannedImport, VersionChange } from "./import-price-list.ts";
import type { DeckLookup } from "./look-up.ts";
import { versionState } from "./version-state.ts";

/** Changes of a kind that are listed; the counts tell of all. */
export const CHANGES_SHOWN = 10;
const FINDINGS_SHOWN = 20;
const FINDINGS_OF_IMPORT_SHOWN = 3;

export function printImportPlan(plan: PlannedImport): string {
  const { deck, isNew, columns, records, versions } = plan;
  const read = [
    `${group(records)} lines read for ${isNew ? "the new deck" : "deck"} ${deck.name}`,
    ...(columns === null || columns.unread.length === 0
      ? []
      : [`columns not read: ${columns.unread.map(escapeUnprintable).join(", ")}`]),
  ];
  return [read.join("; "), ...versions.map((one) => printVersion(deck, one))].join("\n\n");
}

function printVersion(open: OpenDeck, version: VersionChange): string {
  const { from, at, against, replaces, comparison, rows, followedBy } = version;
  const head = replaces
    ? `Version ${from} of ${open.name}, in place of the one of this date`
    : `Version ${from} of ${open.name}, against ${against === null ? "no version" : `that of ${against}`}`;
  const parts = [
    `${head}: ${group(rows.length)} rows, in force from ${formatInstant(at)}`,
    printComparison(comparison),
  ];
  if (followedBy !== null) {
    parts.push(`The version of ${followedBy} is scheduled already and takes over then.`);
  }
  if (version.shortNotice.length > 0) {
    const { shortNotice, dearerFrom } = version;
    parts.push(
      `${count(shortNotice.length, "row")} would be dearer before ${dearerFrom}, the first day after ` +
        `the notice period:\n${changesTable(shortNotice.slice(0, CHANGES_SHOWN))}`,
    );
  }
  if (version.findings.length > 0)
    parts.push("", printFindings(version.findings, FINDINGS_OF_IMPORT_SHOWN));
  return parts.join("\n");
}

/** The counts, and the largest changes of each kind. */
export function printComparison({ counts, changes }: DeckComparison): string {
  const told = printTable(
    [
      { title: "new", align: "right" },
      { title: "increase", align: "right" },
      { title: "decrease", align: "right" },
      { title: "otherwise", align: "right" },
      { title: "unchanged", align: "right" },
      { title: "deleted", align: "right" },
    ],
    [
      [
        counts.added,
        counts.increased,
        counts.decreased,
        counts.otherwise,
        counts.unchanged,
        counts.deleted,
      ].map(group),
    ],
  );
  const shown = foremostChanges(changes, CHANGES_SHOWN);
  if (shown.length === 0) return told;
  const more = changes.length - shown.length;
  const rest = more === 0 ? [] : [`and ${count(more, "more change")}`];
  return [told, "", changesTable(shown), ...rest].join("\n");
}

const WORDS = {
  added: "new",
  increased: "increase",
  decreased: "decrease",
  otherwise: "otherwise",
  unchanged: "unchanged",
  deleted: "deleted",
} as const;

function changesTable(changes: readonly RowChange[]): string {
  return printTable(
    [
      { title: "change" },
      { title: "key" },
      { title: "name" },
      { title: "before" },
      { title: "after" },
      { title: "", align: "right" },
    ],
    changes.map((change) => {
      const { key, before, after } = change;
      const tenths = rateChangeTenths(change);
      return [
        WORDS[change.change],
        key,
        shownName(after ?? before),
        before === null ? "" : priceText(before),
        after === null ? "" : priceText(after),
        tenths === null || tenths === 0n
          ? ""
          : `${tenths > 0n ? "+" : ""}${formatTenths(tenths)} %`,
      ];
    }),
  );
}

function shownName(row: DeckRow | null): string {
  const name = escapeUnprintable(row?.name ?? "");
  return name.length <= 40 ? name : `${name.slice(0, 39)}…`;
}

/** `49`, `49 for callers of eea at peak` */
function labelOf({ key, originGroup, timeBand }: DeckRow): string {
  const whom = originGroup === undefined ? "" : ` for callers of ${originGroup}`;
  return `${key}${whom}${timeBand === undefined ? "" : ` at ${timeBand}`}`;
}

/** `0.012`, `0.02 then 0.01, fee 0.05, 60/1`, `blocked` */
export function priceText(row: DeckRow): string {
  if (row.rate === null) return "blocked";
  const { rate, rateNext, connectFee, initialIncrement, subsequentIncrement } = row;
  const increments =
    initialIncrement === undefined
      ? []
      : [`${initialIncrement}/${subsequentIncrement ?? initialIncrement}`];
  return [
    rateNext === undefined ? rate : `${rate} then ${rateNext}`,
    ...(connectFee === undefined ? [] : [`fee ${connectFee}`]),
    ...increments,
    ...Object.entries(row.call ?? {}).map(([rule, value]) => `${rule} ${value}`),
  ].join(", ");
}

/** Findings by rule, the first ones of each. */
export function printFindings(
  findings: readonly LintFinding[],
  shownMax: number = FINDINGS_SHOWN,
): string {
  if (findings.length === 0) return "Nothing was found.";
  const order = (rule: LintFinding["rule"]): number => LINT_RULES.indexOf(rule);
  const counts = new Map<string, number>();
  const shown: LintFinding[] = [];
  for (const finding of findings.toSorted((a, b) => order(a.rule) - order(b.rule))) {
    const known = counts.get(finding.rule) ?? 0;
    counts.set(finding.rule, known + 1);
    if (known < shownMax) shown.push(finding);
  }
  const table = printTable(
    [{ title: "finding" }, { title: "key" }, { title: "name" }, { title: "" }],
    shown.map(({ rule, key, name, message }) => [
      rule,
      key,
      escapeUnprintable(name ?? "").slice(0, 40),
      message,
    ]),
  );
  const told = [...counts].map(([rule, number]) => `${group(number)} ${rule}`).join(", ");
  return `${table}\n${told}`;
}

/** Every version of the decks, with what it is at the moment. */
export function printDeckList(decks: readonly OpenDeck[], now: Instant): string {
  return printTable(
    [
      { title: "deck" },
      { title: "key" },
      { title: "priced" },
      { title: "version" },
      { title: "state" },
      { title: "rows", align: "right" },
    ],
    decks.flatMap((open) =>
      open.versions.map((version, at) => [
        at === 0 ? open.name : "",
        at === 0 ? open.deck.key : "",
        at === 0 ? `${open.deck.currency} per ${describeUnit(open.deck.per)}` : "",
        version.from,
        versionState(open, version, now).replace("-", " "),
        group(version.rows.length),
      ]),
    ),
  );
}

/** Which row wins, and why the others do not. */
export function printLookup(lookup: DeckLookup): string {
  const { deck, body, wanted, at, version, matching, scheduled } = lookup;
  const when = formatInstant(at);
  const head =
    version === null
      ? `Deck ${deck} has no version in force at ${when}.`
      : `${wanted} in deck ${deck} (${body.currency} per ${describeUnit(body.per)}) at ${when}, ` +
        `version ${version}:`;
  const rows = matching.map((row, place) => {
    const isClosest = row.key.length === matching[0]?.key.length;
    const wins = place === 0 ? "wins" : "wins for the others";
    const closest = body.key === "prefix" ? "the longest prefix" : "the closest network";
    const what = row.rate === null ? "blocked, the event waits" : closest;
    return [
      labelOf(row),
      shownName(row),
      priceText(row),
      isClosest ? `${wins}: ${what}` : "shorter",
    ];
  });
  const table =
    rows.length === 0
      ? ["No row matches: no rate is never zero, the event waits in quarantine."]
      : [
          printTable(
            [{ title: "row" }, { title: "name" }, { title: "price" }, { title: "" }],
            rows,
          ),
        ];
  const later = scheduled.map(({ from, row }) => {
    return `From ${from}: ${row === null ? "no row" : `${row.key} at ${priceText(row)}`}`;
  });
  return [head, ...(version === null ? [] : table), ...later].join("\n");
}

function count(number: number, noun: string): string {
  return `${group(number)} ${noun}${number === 1 ? "" : "s"}`;
}
