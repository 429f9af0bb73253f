import { createHash } from "node:crypto";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { DEMO_MONTH, DEMO_SEED, DEMO_WORLD } from "./demo-world.ts";
import { generateTraffic } from "./generate-traffic.ts";
import { DIRT, type DirtKind, dirtOfLine, expectedDirt, lateLines } from "./traffic-dirt.ts";

const EVENTS = 20_000;

/** Changes only when the demo's traffic is meant to change. */
const SHA256 = "ba7ac2c4607132c1e63b4eaa9298c4ab80bb5c55883fc38880ce8f1000beb843";

function traffic(seed = DEMO_SEED, month = DEMO_MONTH): string[] {
  return [...generateTraffic({ seed, events: EVENTS, month, world: DEMO_WORLD })];
}

interface Sent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const LINES = traffic();
const IN_ORDER = EVENTS - lateLines(EVENTS).inMonth - lateLines(EVENTS).fromMonthBefore;

function kindOf(line: number): DirtKind | undefined {
  return line < IN_ORDER ? dirtOfLine(line) : undefined;
}

const CLEAN = LINES.flatMap((text, line): Sent[] =>
  kindOf(line) === undefined ? [JSON.parse(text)] : [],
);

test("the traffic of a seed is the same, byte for byte, on every machine", () => {
  const hash = createHash("sha256");
  for (const line of LINES) hash.update(`${line}\n`);
  expect(hash.digest("hex")).toBe(SHA256);
});

test("it has as many lines as were asked for, of 300 to 400 bytes on average", () => {
  expect(LINES).toHaveLength(EVENTS);
  const bytes = LINES.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  expect(bytes / EVENTS).toBeGreaterThan(300);
  expect(bytes / EVENTS).toBeLessThan(400);
});

test("another seed or month shares no event with it", () => {
  const ids = new Set(CLEAN.map(({ id }) => id));
  for (const others of [traffic(DEMO_SEED + 1), traffic(DEMO_SEED, "2026-11")]) {
    expect(others.filter((line) => ids.has(/"id":"([^"]+)"/.exec(line)?.[1] ?? ""))).toEqual([]);
  }
});

/** What the sample provider sells. */
const SOLD = [
  "voice.call",
  "sms.message",
  "whatsapp.message",
  "verify.check",
  "video.participant",
  "email.message",
  "number.rental",
];

test("the data of every clean event fits the schema of its type, and no type is left out", () => {
  const ajv = new Ajv2020({ strict: true });
  const checks = new Map(
    Object.entries(BUILT_IN_TYPES).map(([name, { schema }]) => [name, ajv.compile(schema)]),
  );
  for (const { type, data } of CLEAN) {
    const check = checks.get(type)!;
    expect(check(data), JSON.stringify([type, data, check.errors])).toBe(true);
  }
  expect(new Set(CLEAN.map(({ type }) => type))).toEqual(new Set(SOLD));
});

test("every clean event has an id of its own", () => {
  expect(new Set(CLEAN.map(({ id, source }) => `${source} ${id}`)).size).toBe(CLEAN.length);
});

test("events come in order of their time and within the month, until the late ones", () => {
  const times = CLEAN.slice(0, -(EVENTS - IN_ORDER)).map(({ time }) => time);
  expect(times).toEqual(times.toSorted());
  expect(times[0]! >= "2026-10-01T00:00:00.000Z").toBe(true);
  expect(times.at(-1)! < "2026-11-01").toBe(true);
});

test("late events come at the end: some of the month, some of the one before", () => {
  const late = CLEAN.slice(-(EVENTS - IN_ORDER));
  const { inMonth, fromMonthBefore } = lateLines(EVENTS);
  expect(late.filter(({ time }) => time.startsWith("2026-10"))).toHaveLength(inMonth);
  expect(late.filter(({ time }) => time.startsWith("2026-09"))).toHaveLength(fromMonthBefore);
});

/** What intake could tell the dirt by, without knowing where it was planted. */
function dirtOfText(text: string, seen: Map<string, string>): DirtKind | undefined {
  let event: Partial<Sent>;
  try {
    event = JSON.parse(text) as Partial<Sent>;
  } catch {
    return text.startsWith("{") ? "truncated" : "notJson";
  }
  if (event.time === undefined) return "withoutTime";
  if (event.time.startsWith("2036")) return "inFuture";
  if (event.time.startsWith("1970")) return "tooOld";
  if (event.subject?.startsWith("closed-")) return "unknownAccount";
  const before = seen.get(event.id!);
  if (before !== undefined) return before === text ? "resent" : "sameIdOtherData";
  const to = String(event.data?.to).replace(/^(?:\+|00)/, "");
  if (/^8(?:70|81|82)/.test(to)) return "noRate";
  if (event.type === "voice.call" && /^(?:1900|4470|49900)/.test(to)) return "blocked";
  seen.set(event.id!, text);
  return undefined;
}

test("the dirt that is planted is the dirt that comes out", () => {
  const seen = new Map<string, string>();
  const found = Object.fromEntries(Object.keys(DIRT).map((kind) => [kind, 0]));
  for (const line of LINES) {
    const kind = dirtOfText(line, seen);
    if (kind !== undefined) found[kind]!++;
  }
  const { inMonth, fromMonthBefore } = lateLines(EVENTS);
  const late = { lateInMonth: inMonth, lateFromMonthBefore: fromMonthBefore };
  expect({ ...found, ...late }).toEqual(expectedDirt(EVENTS));
});

test("calls that no deck has or that are blocked were answered: they ask for a price", () => {
  const asked = LINES.filter((_, line) => ["noRate", "blocked"].includes(kindOf(line) ?? ""));
  for (const line of asked) expect(line).toContain('"status":"answered"');
});

function shareOf(holds: (event: Sent) => boolean): number {
  return CLEAN.filter(holds).length / CLEAN.length;
}

test("days, weeks and customers are as uneven as real ones", () => {
  const atHour = (hour: string) => shareOf(({ time }) => time.slice(11, 13) === hour);
  expect(atHour("14")).toBeGreaterThan(4 * atHour("02"));
  const onDay = (day: string) => shareOf(({ time }) => time.slice(8, 10) === day);
  expect(onDay("14")).toBeGreaterThan(1.5 * onDay("11"));
  const bySubject = new Map<string, number>();
  for (const { subject } of CLEAN) bySubject.set(subject, (bySubject.get(subject) ?? 0) + 1);
  const sizes = [...bySubject.values()].toSorted((a, b) => b - a);
  const topTen = sizes.slice(0, 10).reduce((sum, size) => sum + size, 0);
  expect(topTen / CLEAN.length).toBeGreaterThan(0.4);
  expect(sizes[0]).toBeGreaterThan(20 * sizes.at(-1)!);
  expect(shareOf(({ type }) => type === "voice.call")).toBeCloseTo(0.42, 1);
  expect(shareOf(({ type }) => type === "sms.message")).toBeCloseTo(0.33, 1);
});
