import { escapeUnprintable } from "@counterpart/domain/catalogue/problems.ts";
import { REFUSALS } from "@counterpart/domain/refusals.ts";
import { printTable } from "../platform/print-table.ts";
import type { SessionView, WholeSession } from "./session-views.repo.ts";
import { sessionName } from "./session-wire.ts";

/** A session with its records, for people. */
export function printSession(session: WholeSession): string {
  const { source, state, recordCount, records, conflicts } = session;
  const more = recordCount - records.length;
  return [
    escapeUnprintable(`${source} ${sessionName(session)}: ${state}`),
    ...sentences(session).map((sentence) => `  ${sentence}`),
    "",
    printTable(
      [
        { title: "sequence", align: "right" },
        { title: "phase" },
        { title: "time" },
        { title: "usage s", align: "right" },
        { title: "received" },
      ],
      records.map(({ sequence, phase, time, usageSeconds, receivedAt }) => [
        String(sequence),
        phase,
        time,
        usageSeconds,
        receivedAt,
      ]),
    ),
    ...(more > 0 ? [`… ${more} more`] : []),
    ...(conflicts.length > 0 ? ["", `Of a sequence that was taken, not counted:`] : []),
    ...conflicts.map(({ receivedAt, body }) => escapeUnprintable(`  ${receivedAt} ${body}`)),
  ].join("\n");
}

function sentences(session: SessionView): string[] {
  const { event, knownUsageSeconds, dueAt, expiry } = session;
  const told: string[] = [];
  if (event === null) told.push(`Due at ${dueAt ?? "no time"}, unless a record comes before.`);
  else {
    const estimate = event.isEstimated ? ", an estimate" : "";
    told.push(
      `The event ${escapeUnprintable(event.id)}: ${event.usageSeconds} s${estimate}, ${outcome(event)}.`,
    );
  }
  if (expiry !== null) told.push(EXPIRY[expiry]);
  if (knownUsageSeconds !== null) {
    told.push(`Its records say ${knownUsageSeconds} s now: the event was not corrected.`);
  }
  return [...told, ...findings(session)];
}

function outcome({ outcome, code }: NonNullable<SessionView["event"]>): string {
  if (outcome === null) return "about to be handed over";
  if (code === null || !(code in REFUSALS)) return outcome;
  return `${outcome} (${code}: ${REFUSALS[code as keyof typeof REFUSALS][1]})`;
}

const EXPIRY = {
  silent: "Nothing came of it for twice the interval of its source.",
  tooLong: "It was open for longer than its source allows.",
  asked: "Somebody asked for it to be expired.",
} as const;

function findings({ findings: found }: SessionView): string[] {
  if (found === null) return [];
  const told: [boolean, string][] = [
    [found.startMissing, "Its start never came: its time is the first record's, less the usage."],
    [
      found.sequencesMissing > 0,
      `${found.sequencesMissing} sequences between its records are missing.`,
    ],
    [found.furtherStops > 0, "It has several stops; the one with the highest sequence counts."],
    [found.afterStop > 0, `${found.afterStop} records come after its stop and count nothing.`],
    [found.gapMilliseconds > 0, `${found.gapMilliseconds} ms lie between its parts.`],
    [found.overlapMilliseconds > 0, `${found.overlapMilliseconds} ms are in several of its parts.`],
  ];
  return told.filter(([holds]) => holds).map(([, sentence]) => sentence);
}
