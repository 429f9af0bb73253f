/** What rating costs beside reading: one event's three charges against the parsing of its text. */
import { assert } from "@counterpart/domain/assert.ts";
import { measureEvent } from "@counterpart/domain/events/measure-event.ts";
import { findAccount } from "@counterpart/domain/rating/book.ts";
import type { RatableEvent } from "@counterpart/domain/rating/priced.ts";
import { rateEvent } from "@counterpart/domain/rating/rate-event.ts";
import { readEvent } from "../src/events/read-event.ts";
import type { BenchDatabase } from "./bench-database.ts";
import { median } from "./median.ts";

const ROUNDS = 9;
const EVENTS = 20_000;
const CHARGES = 3;

/** Time to rate events of three charges ÷ time of `JSON.parse` of the same events. */
export function measureRatingToParse({ keeper }: BenchDatabase, lines: readonly string[]): number {
  const book = keeper.book();
  const chosen: { readonly line: string; readonly event: RatableEvent }[] = [];
  for (const line of lines) {
    const read = readEvent(line);
    assert(!("refused" in read), "the traffic is clean");
    const type = book.types.get(read.type)!;
    const source = book.sources.get(read.source)!;
    const account = findAccount(book, read.source, read.subject, read.time)!;
    const measured = measureEvent(type, read.data, source.body.dialPlan ?? {});
    assert(!("refused" in measured), "the traffic is clean");
    const event = { account, type, time: read.time, ...measured };
    const rating = rateEvent(event, book);
    if (!("charges" in rating) || rating.charges.length !== CHARGES) continue;
    chosen.push({ line, event });
    if (chosen.length === EVENTS) break;
  }
  const ratios: number[] = [];
  let charges = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const parse = timed(() => {
      for (const { line } of chosen) JSON.parse(line);
    });
    const rate = timed(() => {
      for (const { event } of chosen) {
        const rating = rateEvent(event, book);
        if ("charges" in rating) charges += rating.charges.length;
      }
    });
    ratios.push(rate / parse);
  }
  assert(charges === CHARGES * chosen.length * ROUNDS, "every round rates every event");
  return median(ratios);
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
