import { expect, test } from "vitest";
import type { ImportResult } from "./import-file.ts";
import { hasComeToNothing } from "./import-tally.ts";
import { printImport } from "./print-import.ts";

const RESULT: ImportResult = {
  run: "imp_1",
  path: "calls.csv",
  source: "pbx",
  state: "imported",
  problem: null,
  before: null,
  resumedAfterLine: 0,
  lines: 12_345,
  bytes: 1_000_000,
  seconds: 2,
  linesPerSecond: 6_172,
  tally: {
    outcomes: { accepted: 12_000, duplicate: 300, conflicting: 0, quarantined: 42, refused: 2 },
    codes: {
      quarantined: { "event.account-unknown": 2, "rating.no-rate": 40 },
      refused: { "event.malformed-record": 2 },
    },
    skipped: 1,
  },
  refused: [
    { file: "", line: 7, code: "event.malformed-record", detail: "billsec \u001b[31m" },
    { file: "b/2.csv", line: 9, code: "event.unreadable", detail: "" },
  ],
};

test("what became of a file is told in numbers, with the commonest reason first", () => {
  expect(printImport(RESULT).split("\n")).toEqual([
    "calls.csv: 12,344 records in 12,345 lines (2 s, 6,172 lines/s)",
    "  accepted          12,000",
    "  duplicate            300",
    "  conflicting            0",
    "  quarantined           42  rating.no-rate 40, event.account-unknown 2",
    "  refused                2  event.malformed-record 2",
    expect.stringMatching(/^ {2}line 7: event\.malformed-record, billsec [ -~]+$/),
    "  b/2.csv line 9: event.unreadable",
  ]);
});

test("of many refused lines, the first are shown", () => {
  const refused = Array.from({ length: 30 }, (_, line) => ({ ...RESULT.refused[1]!, line }));
  const outcomes = { ...RESULT.tally.outcomes, refused: 5_000 };
  const lines = printImport({ ...RESULT, refused, tally: { ...RESULT.tally, outcomes } });
  expect(lines.split("\n")).toHaveLength(6 + 20 + 1);
  expect(lines).toMatch(/… 4,980 more; --refused FILE writes them all$/);
});

test("a file that was imported before, was resumed or is damaged says so", () => {
  const before = { name: "old.csv", finishedAt: "2026-10-15T12:00:00Z" };
  expect(printImport({ ...RESULT, state: "alreadyImported", before })).toMatch(
    /^calls\.csv: already imported as old\.csv, 2026-10-15T12:00:00Z\. --again /,
  );
  expect(printImport({ ...RESULT, resumedAfterLine: 1_000 })).toContain("after line 1,000");
  const problem = { code: "import.file-damaged", detail: "the gzip breaks off" } as const;
  const damaged = printImport({ ...RESULT, state: "damaged", problem });
  expect(damaged).toContain("What came before is kept. (the gzip breaks off)");
});

test("a file that was stopped says where it goes on, one without records says why", () => {
  expect(printImport({ ...RESULT, state: "stopped" })).toContain(
    "stopped; 12,345 lines are stored: import it again, and it goes on after them",
  );
  const problem = { code: "import.empty", detail: "it has no bytes" } as const;
  const empty = printImport({ ...RESULT, state: "empty", problem });
  expect(empty).toBe("calls.csv: There is nothing to import here. (it has no bytes)");
});

test.each`
  outcomes                       | nothing  | because
  ${{ accepted: 1, refused: 9 }} | ${false} | ${"one was stored"}
  ${{ duplicate: 1 }}            | ${false} | ${"it was stored before"}
  ${{ quarantined: 1 }}          | ${false} | ${"what waits can be priced later"}
  ${{ refused: 9 }}              | ${true}  | ${"every record was refused"}
  ${{}}                          | ${true}  | ${"there was none"}
`("$outcomes: nothing came of it is $nothing, $because", ({ outcomes, nothing }) => {
  const none = { accepted: 0, duplicate: 0, conflicting: 0, quarantined: 0, refused: 0 };
  const tally = { ...RESULT.tally, outcomes: { ...none, ...outcomes } };
  expect(hasComeToNothing({ tally })).toBe(nothing);
});
