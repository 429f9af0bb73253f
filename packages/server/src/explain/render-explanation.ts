import { chargeTable, type ExplanationTable } from "@counterpart/domain/explain/charge-table.ts";
import type { ExplainedEvent, Explanation, Step } from "@counterpart/domain/explain/explained.ts";
import { lineTable } from "@counterpart/domain/explain/line-table.ts";
import { trace } from "@counterpart/domain/explain/trace.ts";
import { printTable } from "../platform/print-table.ts";

export const RENDERINGS = ["sentence", "table", "trace"] as const;

export type Rendering = (typeof RENDERINGS)[number];

/** An explanation as text: sentences only, a table under them, or every step. */
export function renderExplanation(explanation: Explanation, as: Rendering): string {
  if (as === "sentence") return sentences(explanation).join("\n");
  if (as === "trace") return traces(explanation).join("\n\n");
  const table = tableOf(explanation);
  if (table === null) return traces(explanation).join("\n\n");
  const head = explanation.kind === "event" ? eventSentences(explanation) : [explanation.sentence];
  return [
    ...head,
    ...(table.rows.length === 0 ? [] : [printTable(table.columns, table.rows)]),
  ].join("\n");
}

/** What it stands at, and what was stated about it since it came. */
function eventSentences({ sentence, facts }: ExplainedEvent): string[] {
  return [sentence, ...facts.map((fact) => `It was ${fact.sentence}.`)];
}

function sentences(explanation: Explanation): string[] {
  switch (explanation.kind) {
    case "event":
      return [
        ...eventSentences(explanation),
        ...explanation.charges.map(({ sentence }) => sentence),
      ];
    case "statement":
      return [explanation.sentence, ...explanation.lines.map(({ sentence }) => sentence)];
    case "quarantined":
      return [explanation.sentence, explanation.cure];
    case "charge":
    case "line":
      return [explanation.sentence];
  }
}

function tableOf(explanation: Explanation): ExplanationTable | null {
  switch (explanation.kind) {
    case "event":
      return chargeTable(explanation.charges);
    case "charge":
      return chargeTable([explanation]);
    case "statement":
      return lineTable(explanation.lines);
    case "line":
      return lineTable([explanation]);
    case "quarantined":
      return null;
  }
}

function traces(explanation: Explanation): string[] {
  switch (explanation.kind) {
    case "event": {
      // Each charge repeats the event's own steps, so that it stands alone; here they come once.
      const { steps, charges } = explanation;
      const own = charges.map((charge) => block(charge.sentence, charge.steps.slice(steps.length)));
      return [block(explanation.sentence, steps), ...own];
    }
    case "statement":
      return [explanation.sentence, ...explanation.lines.flatMap(traces)];
    case "charge":
    case "line":
    case "quarantined":
      return [block(explanation.sentence, explanation.steps)];
  }
}

function block(sentence: string, steps: readonly Step[]): string {
  return `${sentence}\n${trace(steps)}`;
}
