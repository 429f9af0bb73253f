/** What re-ratings come to, as tables for the terminal. */
import { formatInstant, type Instant } from "@counterpart/domain/instant.ts";
import { REFUSALS, type RefusalCode } from "@counterpart/domain/refusals.ts";
import { printEffects } from "../facts/print-facts.ts";
import { printTable } from "../platform/print-table.ts";
import { group } from "../platform/progress.ts";
import type { ProposedRerating } from "./propose-reratings.ts";
import type { ReratingReport } from "./rerate.ts";
import type { LeftReason, ReratingRow } from "./reratings.repo.ts";

export function printReport(
  { tried, changed, effects, left }: ReratingReport,
  isPreview: boolean,
): string {
  const parts: string[] = [];
  if (effects.length > 0) parts.push(printEffects(effects));
  if (left.length > 0) parts.push(printLeft(left));
  if (!isPreview && effects.some(({ atClose }) => atClose > 0)) {
    parts.push("What charges that are priced at close come to is told by the statement.");
  }
  const events = changed === 1 ? "1 event" : `${group(changed)} events`;
  const done = isPreview ? `${events} would change` : `${events} changed`;
  parts.push(`${done}, of ${group(tried)} that were looked at.`);
  return parts.join("\n\n");
}

/** Longer lists of agreements are left out: re-rating all of a range changes no other. */
const AGREEMENTS_NAMED_MAX = 20;

/** The command of each re-rating that a published catalogue proposes. */
export function printProposed(proposed: readonly ProposedRerating[], revision: number): string {
  const commands = proposed.map((rerating) => `  ${commandOf(rerating, revision)}`);
  const events = proposed.reduce((sum, one) => sum + one.events, 0);
  const count = events === 1 ? "1 event" : `up to ${group(events)} events`;
  return [
    `The catalogue before has priced ${count} that this one may price otherwise. Look, then do it:`,
    ...commands,
  ].join("\n");
}

function commandOf({ from, to, agreements }: ProposedRerating, revision: number): string {
  const named =
    agreements.length > AGREEMENTS_NAMED_MAX ? "" : ` --agreement ${agreements.join(" ")}`;
  const range = `--from ${from} --to ${to}${named}`;
  return `counterpart rerate ${range} --reason "prices of revision ${revision}"`;
}

function printLeft(left: readonly LeftReason[]): string {
  const rows = left.map(({ code, count, samples }) => {
    const [first] = samples;
    const sentence = code in REFUSALS ? REFUSALS[code as RefusalCode][1] : "";
    return [group(count), code, first === undefined ? "" : first.event, sentence];
  });
  return printTable(
    [
      { title: "left as they are", align: "right" },
      { title: "reason" },
      { title: "for example" },
      { title: "" },
    ],
    rows,
  );
}

const STATES = { r: "running", d: "done", s: "stopped" } as const;

export function printReratings(rows: readonly ReratingRow[]): string {
  return printTable(
    [
      { title: "number", align: "right" },
      { title: "state" },
      { title: "asked" },
      { title: "by" },
      { title: "tried", align: "right" },
      { title: "changed", align: "right" },
      { title: "reason" },
    ],
    rows.map((row) => [
      `${row.batch}`,
      STATES[row.state],
      formatInstant(Number(row.made_at) as Instant),
      row.made_by,
      group(BigInt(row.tried)),
      group(BigInt(row.changed)),
      row.reason,
    ]),
  );
}
