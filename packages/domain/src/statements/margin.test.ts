import { expect, test } from "vitest";
import { parseLocalDay } from "../period.ts";
import { type MarginEntry, marginByChannel } from "./margin.ts";

const pico = (units: number): bigint => BigInt(units) * 1_000_000_000_000n;
const entry = (role: MarginEntry["role"], currency: string, day: string, units: number) => ({
  channel: "voice.outbound",
  role,
  currency,
  day: parseLocalDay(day),
  amount: pico(units),
  charges: 10n,
});

const RATES = [
  { currency: "USD", from: "2026-01-01", rate: "0.90" },
  { currency: "USD", from: "2026-10-15", rate: "0.80" },
];

test("P1's shape: margin is revenue less cost less shares", () => {
  const entries = [
    entry("customer", "EUR", "2026-10-01", 400),
    entry("supplier", "EUR", "2026-10-01", 106),
    entry("referrer", "EUR", "2026-10-01", 4),
  ];
  expect(marginByChannel(entries, "EUR", [])).toEqual([
    {
      channel: "voice.outbound",
      charges: 10n,
      revenue: pico(400),
      cost: pico(106),
      shares: pico(4),
      margin: pico(290),
    },
  ]);
});

test("each amount is converted at the rate of its own day", () => {
  const entries = [
    entry("supplier", "USD", "2026-10-14", 100),
    entry("supplier", "USD", "2026-10-15", 100),
  ];
  expect(marginByChannel(entries, "EUR", RATES)[0]!.cost).toBe(pico(170));
});

test("a currency without a rate on the day is refused, never taken as zero or one", () => {
  const early = [entry("supplier", "USD", "2025-12-31", 1)];
  expect(() => marginByChannel(early, "EUR", RATES)).toThrow("margin.rate-missing");
});
