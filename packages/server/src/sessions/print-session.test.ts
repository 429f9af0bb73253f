import { expect, test } from "vitest";
import { printSession } from "./print-session.ts";
import type { WholeSession } from "./session-views.repo.ts";

const SESSION: WholeSession = {
  key: "00000000-0000-0000-0000-000000000000",
  source: "switch",
  sessionId: "call-1",
  leg: "a",
  state: "superseded-pending",
  recordCount: 2,
  openedAt: "2026-10-20T10:00:00.000Z",
  heardAt: "2026-10-20T10:05:00.000Z",
  dueAt: null,
  expiry: "silent",
  findings: {
    startMissing: false,
    sequencesMissing: 1,
    furtherStops: 0,
    afterStop: 0,
    gapMilliseconds: 0,
    overlapMilliseconds: 0,
  },
  event: { id: "call-1/a", usageSeconds: "60", outcome: "accepted", code: null, isEstimated: true },
  knownUsageSeconds: "300",
  records: [
    {
      sequence: 0,
      phase: "start",
      time: "2026-10-20T10:00:00.000Z",
      usageSeconds: "0",
      receivedAt: "2026-10-20T10:00:00.000Z",
    },
    {
      sequence: 2,
      phase: "stop",
      time: "2026-10-20T10:05:00.000Z",
      usageSeconds: "300",
      receivedAt: "2026-10-20T10:05:00.000Z",
    },
  ],
  conflicts: [{ sequence: 0, receivedAt: "2026-10-20T10:06:00.000Z", body: '{"x":"\u001b[2J"}' }],
};

test("a session is told with what became of it, what is odd and every record", () => {
  expect(printSession(SESSION)).toBe(
    [
      "switch call-1/a: superseded-pending",
      "  The event call-1/a: 60 s, an estimate, accepted.",
      "  Nothing came of it for twice the interval of its source.",
      "  Its records say 300 s now: the event was not corrected.",
      "  1 sequences between its records are missing.",
      "",
      "sequence  phase  time                      usage s  received",
      "────────  ─────  ────────────────────────  ───────  ────────────────────────",
      "       0  start  2026-10-20T10:00:00.000Z        0  2026-10-20T10:00:00.000Z",
      "       2  stop   2026-10-20T10:05:00.000Z      300  2026-10-20T10:05:00.000Z",
      "",
      "Of a sequence that was taken, not counted:",
      '  2026-10-20T10:06:00.000Z {"x":"\\u{1b}[2J"}',
    ].join("\n"),
  );
});

test("an open session says when something is to be done about it", () => {
  const open = { ...SESSION, state: "open" as const, event: null, expiry: null, findings: null };
  const dueAt = "2026-10-20T10:02:00.000Z";
  const text = printSession({ ...open, knownUsageSeconds: null, dueAt, conflicts: [] });
  expect(text).toContain("  Due at 2026-10-20T10:02:00.000Z, unless a record comes before.");
});

test("what waits in quarantine says why", () => {
  const event = {
    ...SESSION.event!,
    outcome: "quarantined" as const,
    code: "event.account-unknown",
  };
  expect(printSession({ ...SESSION, event })).toContain(
    "quarantined (event.account-unknown: The subject names no account at the event's time.)",
  );
});
