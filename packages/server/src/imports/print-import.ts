import { escapeUnprintable } from "@counterpart/domain/catalogue/problems.ts";
import { REFUSALS } from "@counterpart/domain/refusals.ts";
import { duration, group } from "../platform/progress.ts";
import type { ImportResult } from "./import-file.ts";
import { type CodeCounts, type ImportTally, receivedOf } from "./import-tally.ts";
import type { RefusedLine } from "./refused-file.ts";

const LINES_SHOWN_MAX = 20;

/** What became of a file, for people. */
export function printImport(result: ImportResult): string {
  const { path, state, problem } = result;
  if (state === "empty" && problem !== null) return `${path}: ${problemText(problem)}`;
  return [
    headline(result),
    ...OUTCOMES.map((outcome) => outcomeLine(result.tally, outcome)),
    ...refusedLines(result),
  ].join("\n");
}

function headline(result: ImportResult): string {
  const { path, state, before, problem, lines, seconds, linesPerSecond } = result;
  if (state === "alreadyImported" && before !== null) {
    const name = before.name === path ? "" : ` as ${before.name}`;
    return `${path}: already imported${name}, ${before.finishedAt}. --again imports it once more.`;
  }
  const records = `${group(receivedOf(result.tally))} records in ${group(lines)} lines`;
  const pace = `${duration(seconds)}, ${group(linesPerSecond)} lines/s`;
  const resumed =
    result.resumedAfterLine === 0
      ? ""
      : `; went on after line ${group(result.resumedAfterLine)}, where it had stopped`;
  const stopped =
    state === "stopped"
      ? `\n  stopped; ${group(lines)} lines are stored: import it again, and it goes on after them`
      : "";
  const head = `${path}: ${records} (${pace})${resumed}${stopped}`;
  return problem === null ? head : `${head}\n  ${problemText(problem)}`;
}

function problemText({ code, detail }: NonNullable<ImportResult["problem"]>): string {
  return `${REFUSALS[code][1]} (${detail})`;
}

const OUTCOMES = ["accepted", "duplicate", "conflicting", "quarantined", "refused"] as const;

function outcomeLine(tally: ImportTally, outcome: (typeof OUTCOMES)[number]): string {
  const count = group(tally.outcomes[outcome]).padStart(12);
  const hasReasons = outcome === "quarantined" || outcome === "refused";
  const reasons = hasReasons ? reasonsOf(tally.codes[outcome]) : "";
  return `  ${outcome.padEnd(11)} ${count}${reasons === "" ? "" : `  ${reasons}`}`;
}

function reasonsOf(counts: CodeCounts): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${group(count)}`)
    .join(", ");
}

function refusedLines({ refused, tally }: ImportResult): string[] {
  const shown = refused.slice(0, LINES_SHOWN_MAX).map(refusedLine);
  const more = tally.outcomes.refused - shown.length;
  if (shown.length === 0 || more === 0) return shown;
  return [...shown, `  … ${group(more)} more; --refused FILE writes them all`];
}

function refusedLine({ file, line, code, detail }: RefusedLine): string {
  const place = file === "" ? `line ${line}` : `${file} line ${line}`;
  return escapeUnprintable(`  ${place}: ${code}${detail === "" ? "" : `, ${detail}`}`);
}
