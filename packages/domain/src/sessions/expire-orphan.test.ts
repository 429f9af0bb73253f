import { expect, test } from "vitest";
import { type Instant, parseInstant } from "../instant.ts";
import { expireOrphan, sessionDueAt } from "./expire-orphan.ts";
import { sessionPolicy } from "./session-policy.ts";
import { hearRecord, type SessionProgress } from "./session-progress.ts";
import type { SessionPhase } from "./session-record.ts";

const OPENED = parseInstant("2026-10-20T10:00:00Z");
const at = (second: number): Instant => (OPENED + second * 1000) as Instant;

/** Written as `phase sequence@second`, in the order of receipt. */
function heard(...texts: readonly string[]): SessionProgress {
  let progress: SessionProgress | null = null;
  for (const text of texts) {
    const [, phase, sequence, second] = /^(\w+) (\d+)@(\d+)$/.exec(text)!;
    const record = { phase: phase as SessionPhase, sequence: Number(sequence) };
    progress = hearRecord(progress, record, at(Number(second)));
  }
  return progress!;
}

const minutely = sessionPolicy({ usage: "cumulative", interimSeconds: 60 });
const silent = sessionPolicy({ usage: "cumulative" });
const deltas = sessionPolicy({ usage: "delta", interimSeconds: 60 });

test.each`
  policy      | texts                               | second    | expected     | because
  ${minutely} | ${["start 0@0", "interim 1@60"]}    | ${179}    | ${null}      | ${"one interim may be missed"}
  ${minutely} | ${["start 0@0", "interim 1@60"]}    | ${180}    | ${"silent"}  | ${"twice the interval has passed"}
  ${minutely} | ${["start 0@0", "stop 1@60"]}       | ${99_999} | ${null}      | ${"it has a stop"}
  ${silent}   | ${["start 0@0"]}                    | ${14_399} | ${null}      | ${"no interims are expected"}
  ${silent}   | ${["start 0@0"]}                    | ${14_400} | ${"tooLong"} | ${"four hours are the default"}
  ${minutely} | ${["start 0@0", "interim 1@14399"]} | ${14_400} | ${"tooLong"} | ${"interims do not keep it open for ever"}
`("after $second s a session of $texts is $expected: $because", (row) => {
  expect(expireOrphan(heard(...row.texts), row.policy, at(row.second))).toBe(row.expected);
});

test.each`
  policy      | texts                                         | handed   | second    | because
  ${minutely} | ${["start 0@0", "interim 1@60"]}              | ${false} | ${180}    | ${"it would be silent then"}
  ${silent}   | ${["start 0@0", "interim 1@60"]}              | ${false} | ${14_400} | ${"it would be too long then"}
  ${minutely} | ${["start 0@0", "stop 5@60"]}                 | ${false} | ${60}     | ${"the stop says it all"}
  ${minutely} | ${["stop 5@60"]}                              | ${false} | ${180}    | ${"its start may be on the way"}
  ${silent}   | ${["stop 5@60"]}                              | ${false} | ${180}    | ${"for two minutes at least"}
  ${minutely} | ${["stop 5@60", "start 0@61"]}                | ${false} | ${61}     | ${"the start has come"}
  ${deltas}   | ${["start 0@0", "stop 2@60"]}                 | ${false} | ${180}    | ${"a delta may be on the way"}
  ${deltas}   | ${["start 0@0", "stop 2@60", "interim 1@62"]} | ${false} | ${62}     | ${"none is missing"}
  ${minutely} | ${["interim 1@60"]}                           | ${true}  | ${180}    | ${"it was charged and goes on"}
  ${minutely} | ${["interim 1@60", "stop 2@900"]}             | ${true}  | ${900}    | ${"the stop has come late"}
`("a session of $texts is due after $second s: $because", (row) => {
  expect(sessionDueAt(heard(...row.texts), row.policy, row.handed)).toBe(at(row.second));
});

test("records in any order of receipt make the same progress, but for the receipt", () => {
  const { openedAt, heardAt, ...forwards } = heard("start 0@0", "interim 1@1", "stop 2@2");
  expect(heard("stop 2@0", "start 0@1", "interim 1@2")).toEqual({ openedAt, heardAt, ...forwards });
});
