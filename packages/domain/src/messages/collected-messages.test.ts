/** Facts of the tests of other message calculators; id and source name where a fact comes from. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type MessageEncoding, segmentMessage } from "./segment-message.ts";

interface Fact {
  readonly id: string;
  readonly source: string;
  /** The text: each piece so many times. */
  readonly pieces: readonly (readonly [text: string, times: number])[];
  readonly encoding: MessageEncoding;
  readonly segments: number;
  /** Septets or code units, without the places that what moves to the next segment leaves empty. */
  readonly units: number;
}

const FACTS = readFileSync(new URL("fixtures/collected-messages.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line): Fact => JSON.parse(line));

test.each(
  FACTS.map((fact) => [`${fact.id} (${fact.source}): ${fact.segments} segments`, fact] as const),
)("%s", (_, { pieces, encoding, segments, units }) => {
  const segmented = segmentMessage(pieces.map(([text, times]) => text.repeat(times)).join(""));
  expect(segmented).toMatchObject({ encoding, units });
  expect(segmented.ends).toHaveLength(segments);
});
