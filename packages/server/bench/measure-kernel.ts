/** What rating alone costs, by kind of price: charges a second of one core, and beside `JSON.parse`. */
import { assert } from "@counterpart/domain/assert.ts";
import type { Price } from "@counterpart/domain/catalogue/catalogue.ts";
import { measureEvent } from "@counterpart/domain/events/measure-event.ts";
import {
  smallBook,
  type TestDeck,
  type TestRow,
  type TestWorld,
  TIME,
  term,
} from "@counterpart/domain/rating/fixtures/small-book.ts";
import type { RatableEvent } from "@counterpart/domain/rating/priced.ts";
import { rateEvent } from "@counterpart/domain/rating/rate-event.ts";
import { seededRandom } from "../src/demo/seeded-random.ts";
import { median } from "./median.ts";

const EVENTS = 20_000;
const ROUNDS = 9;
const PREFIXES = 170_000;

export interface KernelFigure {
  readonly chargesPerSecond: number;
  /** Time to rate an event ÷ time of `JSON.parse` of its text. */
  readonly toParse: number;
}

export interface KernelFigures {
  readonly flat: KernelFigure;
  /** By 170,000 prefixes and random numbers. */
  readonly deck: KernelFigure;
  /** The same by peak and off-peak, each call over the edge between them. */
  readonly bands: KernelFigure;
  /** A customer by a deck, a carrier by another one, a partner by a share of the margin. */
  readonly parties: KernelFigure;
}

export function measureKernel(): KernelFigures {
  const random = seededRandom(3, "kernel");
  const prefixes = new Set<string>();
  while (prefixes.size < PREFIXES) {
    prefixes.add(String(10_000 + random.below(80_000)) + String(random.below(100)));
  }
  const keys = [...prefixes];
  const calls = Array.from({ length: EVENTS }, () => {
    const to = `${keys[random.below(keys.length)]}${1_000_000 + random.below(9_000_000)}`;
    return callTo(to.slice(0, 15), 1 + random.below(600));
  });
  const plain = { rows: keys.map((key) => rowOf(key, 100 + random.below(900))) };
  const banded = { ...BANDS, rows: plain.rows.flatMap(inBands) };
  const perMinute = price({ model: "perUnit", rate: "0.0085", per: "minute" });
  const parties: TestWorld = {
    decks: { sell: plain, buy: plain },
    agreements: {
      shop: { role: "customer", terms: [price({ model: "deck", deck: "sell" })] },
      carrier: { role: "supplier", terms: [price({ model: "deck", deck: "buy" })] },
      partner: {
        role: "partner",
        terms: [price({ model: "percentage", of: "margin", percent: "10" })],
      },
    },
  };
  return {
    flat: kernel({ agreements: { shop: { role: "customer", terms: [perMinute] } } }, calls, 1),
    deck: kernel(soldBy(plain), calls, 1),
    bands: kernel(soldBy(banded), calls, 1),
    parties: kernel(parties, calls, 3),
  };
}

const BANDS = {
  timeZone: "UTC",
  timeBands: { peak: { times: ["08:00-12:01"], weight: 1 }, offpeak: {} },
};

function rowOf(key: string, tenthsOfMill: number): TestRow {
  return { key, rate: `0.0${tenthsOfMill}`, increments: "1/1" };
}

function inBands(row: TestRow): TestRow[] {
  return [
    { ...row, timeBand: "peak" },
    { ...row, timeBand: "offpeak", rate: "0.005" },
  ];
}

function soldBy(deck: TestDeck): TestWorld {
  const terms = [price({ model: "deck", deck: "voice" })];
  return { decks: { voice: deck }, agreements: { shop: { role: "customer", terms } } };
}

function price(by: Price) {
  return term("voice.call", by);
}

function callTo(to: string, seconds: number) {
  return {
    direction: "outbound",
    from: "+4915112345678",
    to: `+${to}`,
    status: "answered",
    durationSeconds: seconds,
  };
}

function kernel(
  world: TestWorld,
  calls: readonly ReturnType<typeof callTo>[],
  charges: number,
): KernelFigure {
  const book = smallBook(world);
  const type = book.types.get("voice.call")!;
  const account = book.accounts.get("shop")!;
  const events = calls.map((data): RatableEvent => {
    const measured = measureEvent(type, data, {});
    assert(!("refused" in measured), "the calls are clean");
    return { account, type, time: TIME, ...measured };
  });
  const lines = calls.map((data, at) => JSON.stringify(envelope(data, at)));
  const rates: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const parsed = seconds(() => {
      for (const line of lines) JSON.parse(line);
    });
    let made = 0;
    const rated = seconds(() => {
      for (const event of events) {
        const rating = rateEvent(event, book);
        if ("charges" in rating) made += rating.charges.length;
      }
    });
    assert(made === charges * events.length, "each call has its charges");
    rates.push(made / rated);
    ratios.push(rated / parsed);
  }
  return { chargesPerSecond: median(rates), toParse: median(ratios) };
}

function envelope(data: object, at: number): object {
  return {
    specversion: "1.0",
    id: `call-${at}`,
    source: "voice-switch",
    type: "voice.call",
    subject: "shop",
    time: "2026-10-01T12:00:00Z",
    data,
  };
}

function seconds(work: () => void): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}
