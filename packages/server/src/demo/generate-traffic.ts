import { assert } from "@counterpart/domain/assert.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import { type DirtKind, dirtOfLine, lateLines } from "./traffic-dirt.ts";
import { eventsByMinute, utcMonth } from "./traffic-times.ts";
import {
  CHANNEL_PER_MILLE,
  CHANNELS,
  type Channel,
  numberLike,
  PROFILE_WEIGHTS,
  type TrafficAccount,
  type TrafficCountry,
  type TrafficWorld,
} from "./traffic-world.ts";
import { type EventScene, eventId, writeEvent } from "./write-event.ts";

export interface TrafficOptions {
  readonly seed: number;
  /** Lines, the dirty ones included. */
  readonly events: number;
  /** The month in UTC, such as `2026-10`. */
  readonly month: string;
  readonly world: TrafficWorld;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * A month of a platform's traffic as NDJSON lines (without line ends), the same bytes on every
 * machine. Lines are in order of their time, except for the dirt that `traffic-dirt.ts` lists,
 * which is planted at fixed places; late events come last.
 */
export function* generateTraffic(options: TrafficOptions): Generator<string, void, undefined> {
  const { seed, events, month, world } = options;
  const random = seededRandom(seed, month);
  const writer = startWriter(world, random);
  const { start, end } = utcMonth(month);
  const late = lateLines(events);
  const inOrder = events - late.inMonth - late.fromMonthBefore;
  const byMinute = eventsByMinute({ start, end }, inOrder);
  let line = 0;
  for (let minute = 0; minute < byMinute.length; minute++) {
    const count = byMinute[minute]! - line;
    for (let nth = 0; nth < count; nth++) {
      // Each event has its own part of the minute, so that they stay in order.
      const within = Math.floor(((nth + random.below(1000) / 1000) * MINUTE) / count);
      yield writer.lineAt(line++, start + minute * MINUTE + within);
    }
  }
  assert(line === inOrder, "every event has its minute");
  for (let nth = 0; nth < late.inMonth; nth++) {
    yield writer.cleanLine(line++, start + random.below(end - start - DAY));
  }
  for (let nth = 0; nth < late.fromMonthBefore; nth++) {
    yield writer.cleanLine(line++, start - 1 - random.below(20 * DAY));
  }
}

interface TrafficWriter {
  /** The line of this number, with the dirt that its place asks for. */
  readonly lineAt: (line: number, time: number) => string;
  readonly cleanLine: (line: number, time: number) => string;
}

interface SentEvent {
  readonly text: string;
  readonly channel: Channel;
  readonly scene: EventScene;
}

/** So many of the last clean events can be sent again. */
const SENT_KEPT = 4096;

function startWriter(world: TrafficWorld, random: SeededRandom): TrafficWriter {
  const chooser = startChooser(world, random);
  const sent: SentEvent[] = [];
  let sentCount = 0;

  const cleanLine = (line: number, time: number): string => {
    const channel = chooser.channel();
    const scene = chooser.scene(channel, line, isoTime(time));
    const text = writeEvent(channel, scene);
    sent[sentCount++ % SENT_KEPT] = { text, channel, scene };
    return text;
  };

  const dirtyLine = (kind: DirtKind, line: number, time: number): string => {
    if (kind === "resent") return sent[random.below(sent.length)]!.text;
    if (kind === "sameIdOtherData") {
      const { channel, scene } = sent[random.below(sent.length)]!;
      return writeEvent(channel, scene);
    }
    if (kind === "notJson") return logLine(time, random);
    const isCall = kind === "noRate" || kind === "blocked";
    const channel = isCall ? "voiceOutbound" : chooser.channel();
    const scene = chooser.scene(channel, line, isoTime(timeOf(kind, time, random)));
    if (kind === "unknownAccount") {
      return writeEvent(channel, { ...scene, subject: `closed-${1000 + random.below(9000)}` });
    }
    if (isCall) {
      const destinations = kind === "noRate" ? world.unpriced : world.blocked;
      const destination = destinations[random.below(destinations.length)]!;
      return writeEvent(channel, { ...scene, destination });
    }
    if (kind === "inFuture" || kind === "tooOld") {
      // By its name, because an alias may not have been in use at such a time.
      return writeEvent(channel, { ...scene, subject: scene.account.name });
    }
    const text = writeEvent(channel, scene);
    if (kind === "truncated") return text.slice(0, 60 + random.below(text.length - 61));
    if (kind === "withoutTime") return text.replace(/"time":"[^"]*",/, "");
    return text;
  };

  const lineAt = (line: number, time: number): string => {
    const kind = dirtOfLine(line);
    return kind === undefined ? cleanLine(line, time) : dirtyLine(kind, line, time);
  };
  return { lineAt, cleanLine };
}

/** When the seconds of NTP's first era run out. */
const NTP_ROLLOVER = Date.UTC(2036, 1, 7, 6, 28, 16);

function timeOf(kind: DirtKind, time: number, random: SeededRandom): number {
  if (kind === "inFuture") return NTP_ROLLOVER + random.below(DAY);
  return kind === "tooOld" ? random.below(DAY) : time;
}

function logLine(time: number, random: SeededRandom): string {
  const clock = isoTime(time).slice(0, 19).replace("T", " ");
  return `${clock} WARN exporter[${1000 + random.below(9000)}]: buffer full, spilling to disk`;
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}

interface Chooser {
  readonly channel: () => Channel;
  readonly scene: (channel: Channel, line: number, time: string) => EventScene;
}

/** Accounts and countries are drawn from tables in which each has as many places as its weight. */
const TABLE_SIZE = 4096;

/** Of a hundred destinations, so many are in the account's own country. */
const DOMESTIC_PERCENT = 62;

function startChooser(world: TrafficWorld, random: SeededRandom): Chooser {
  const channels = tableOf(CHANNELS, (channel) => CHANNEL_PER_MILLE[channel]);
  const countries = tableOf(world.countries, ({ weight }) => weight);
  const home = new Map(world.countries.map((country) => [country.code, country]));
  const actors = world.accounts.map((account) => actorOf(account, home));
  const actorsOf = new Map(
    CHANNELS.map((channel) => [
      channel,
      tableOf(actors, ({ account }) => account.weight * PROFILE_WEIGHTS[account.profile][channel]),
    ]),
  );
  return {
    channel: () => channels[random.below(TABLE_SIZE)]!,
    scene: (channel, line, time) => {
      const actor = actorsOf.get(channel)![random.below(TABLE_SIZE)]!;
      const isDomestic = random.below(100) < DOMESTIC_PERCENT;
      const country = isDomestic ? actor.home : countries[random.below(TABLE_SIZE)]!;
      const { account, numbers, sender } = actor;
      return { random, account, numbers, sender, country, id: eventId(line, random), time };
    },
  };
}

interface Actor {
  readonly account: TrafficAccount;
  readonly home: TrafficCountry;
  readonly numbers: readonly string[];
  readonly sender: string;
}

const NUMBERS_PER_ACCOUNT = 16;

/** An account keeps its numbers from month to month: they do not depend on the seed. */
function actorOf(account: TrafficAccount, homes: ReadonlyMap<string, TrafficCountry>): Actor {
  const home = homes.get(account.country);
  assert(home !== undefined, "the world has the country of each account");
  const random = seededRandom(0, account.name);
  const numbers = Array.from({ length: NUMBERS_PER_ACCOUNT }, (_, nth) =>
    numberLike(home.fixed[nth % home.fixed.length]!, random),
  );
  const sender = account.name.replaceAll("-", "").toUpperCase().slice(0, 11);
  return { account, home, numbers, sender };
}

/** Each item in as many places of the table as its share of the weight, the last one to the end. */
function tableOf<Item>(items: readonly Item[], weightOf: (item: Item) => number): Item[] {
  const total = items.reduce((sum, item) => sum + weightOf(item), 0);
  const table: Item[] = [];
  let upTo = 0;
  for (const item of items) {
    upTo += weightOf(item);
    const end = Math.floor((upTo / total) * TABLE_SIZE);
    while (table.length < end) table.push(item);
  }
  assert(table.length === TABLE_SIZE, "the weights fill the table");
  return table;
}
