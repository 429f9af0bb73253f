import fc from "fast-check";
import { expect, test } from "vitest";
import { type Instant, parseInstant } from "../instant.ts";
import { assembleSession } from "./assemble-session.ts";
import type { SessionPhase, SessionRecord } from "./session-record.ts";

const START = parseInstant("2026-10-20T10:00:00Z");

/** Written as `phase sequence@second usage`, all in seconds. */
function record(text: string, more: Partial<SessionRecord> = {}): SessionRecord {
  const [, phase, sequence, second, usage] = /^(\w+) (\d+)@(\d+)(?: (\d+))?$/.exec(text)!;
  return {
    sequence: Number(sequence),
    phase: phase as SessionPhase,
    time: (START + Number(second) * 1000) as Instant,
    milliseconds: Number(usage ?? 0) * 1000,
    type: "voice.call",
    subject: "",
    data: {},
    ...more,
  };
}

const records = (texts: readonly string[]): SessionRecord[] => texts.map((text) => record(text));

test.each`
  usage           | texts                                                                      | seconds | because
  ${"cumulative"} | ${["start 0@0", "interim 1@60 60", "stop 2@90 90"]}                        | ${90}   | ${"the stop says it"}
  ${"cumulative"} | ${["start 0@0", "interim 1@60 60", "interim 2@180 180", "stop 3@181 150"]} | ${150}  | ${"a stop may lower what an interim said"}
  ${"cumulative"} | ${["start 0@0", "interim 2@120 120", "interim 1@60 60"]}                   | ${120}  | ${"the largest counts, not the latest to come"}
  ${"cumulative"} | ${["start 0@0"]}                                                           | ${0}    | ${"nothing more is known"}
  ${"cumulative"} | ${["stop 3@181 150"]}                                                      | ${150}  | ${"a stop without a start is enough"}
  ${"cumulative"} | ${["start 0@0", "stop 1@60 60", "interim 2@120 120"]}                      | ${60}   | ${"an interim after the stop counts nothing"}
  ${"cumulative"} | ${["start 0@0", "stop 1@60 60", "stop 2@70 70"]}                           | ${70}   | ${"of two stops the later one counts"}
  ${"cumulative"} | ${["start 0@0", "stop 1@60 60", "stop 1@60 60"]}                           | ${60}   | ${"the same stop twice is one"}
  ${"delta"}      | ${["start 0@0", "interim 1@60 60", "interim 2@120 60", "stop 3@150 30"]}   | ${150}  | ${"deltas are added"}
  ${"delta"}      | ${["start 0@0", "interim 1@60 60", "interim 1@60 60", "stop 2@90 30"]}     | ${90}   | ${"each sequence once"}
  ${"delta"}      | ${["start 0@0", "stop 1@60 60", "interim 2@90 30"]}                        | ${60}   | ${"after the stop nothing is added"}
  ${"delta"}      | ${["start 0@0", "interim 2@120 60"]}                                       | ${60}   | ${"a missing delta is not invented"}
`("$usage usage of $texts is $seconds s: $because", ({ usage, texts, seconds }) => {
  expect(assembleSession(records(texts), usage).milliseconds).toBe(seconds * 1000);
});

test.each`
  texts                                          | second | because
  ${["start 0@5", "stop 1@65 60"]}               | ${5}   | ${"the start says when"}
  ${["stop 1@65 60"]}                            | ${5}   | ${"without one it is the stop's time less its usage"}
  ${["interim 1@60 45", "stop 2@90 75"]}         | ${15}  | ${"or that of the first record there is"}
  ${["start 0@5", "start 3@70", "stop 4@95 60"]} | ${5}   | ${"the first of two starts counts"}
`("a session of $texts begins at second $second: $because", ({ texts, second }) => {
  expect(assembleSession(records(texts), "cumulative").time).toBe(START + second * 1000);
});

test("what is odd about the records is told", () => {
  const odd = records(["interim 2@60 60", "stop 5@90 80", "stop 6@91 81", "interim 7@95 85"]);
  expect(assembleSession(odd, "cumulative").findings).toEqual({
    startMissing: true,
    sequencesMissing: 2,
    furtherStops: 1,
    afterStop: 1,
    gapMilliseconds: 0,
    overlapMilliseconds: 0,
  });
});

test("gaps and overlaps between deltas are told and change nothing", () => {
  const partials = records([
    "start 0@0",
    "interim 1@600 600",
    "interim 2@1210 600",
    "stop 3@1300 100",
  ]);
  const { milliseconds, findings } = assembleSession(partials, "delta");
  expect(milliseconds).toBe(1_300_000);
  expect(findings).toMatchObject({ gapMilliseconds: 10_000, overlapMilliseconds: 10_000 });
});

test("later fields take the place of earlier ones, and the account that was named last is meant", () => {
  const { data, subject } = assembleSession(
    [
      record("stop 2@60 60", { data: { status: "answered", hangupCause: "NORMAL_CLEARING" } }),
      record("start 0@0", { subject: "trunk-17", data: { to: "+4930123", status: "ringing" } }),
    ],
    "cumulative",
  );
  expect(subject).toBe("trunk-17");
  expect(data).toEqual({ to: "+4930123", status: "answered", hangupCause: "NORMAL_CLEARING" });
});

test("a field whose name means something to the language is a field like any other", () => {
  const data = JSON.parse('{"__proto__": {"to": "+1"}, "constructor": "x"}');
  const assembled = assembleSession([record("start 0@0", { data })], "cumulative");
  expect(JSON.stringify(assembled.data)).toBe(JSON.stringify(data));
});

test("any order and any duplication of the records gives the same session", () => {
  const one = fc.record({
    sequence: fc.integer({ min: 0, max: 12 }),
    phase: fc.constantFrom<SessionPhase>("start", "interim", "stop"),
    time: fc.integer({ min: START, max: START + 1e7 }) as fc.Arbitrary<Instant>,
    milliseconds: fc.integer({ min: 0, max: 1e7 }),
    type: fc.constant("voice.call"),
    subject: fc.constantFrom("", "a", "b"),
    data: fc.dictionary(fc.constantFrom("x", "y"), fc.integer()),
  });
  const some = fc.uniqueArray(one, { selector: ({ sequence }) => sequence, minLength: 1 });
  const repeats = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 30 });
  const usages = fc.constantFrom("cumulative" as const, "delta" as const);
  fc.assert(
    fc.property(some, repeats, usages, (sent, again, usage) => {
      const arrived = [...sent];
      for (const [which, where] of again) {
        arrived.splice(where % (arrived.length + 1), 0, sent[which % sent.length]!);
      }
      arrived.reverse();
      expect(assembleSession(arrived, usage)).toEqual(assembleSession(sent, usage));
    }),
  );
});
