/** On which days a call counts that lasts over a boundary (handbook §6). */
import { assert } from "../assert.ts";
import type { Instant } from "../instant.ts";
import {
  checkZone,
  type LocalDay,
  localDayOf,
  monthOfDay,
  monthPeriod,
  nextMonth,
  startOfLocalDay,
} from "../period.ts";
import { writeCallSteps } from "../voice/call-steps.ts";
import type { BookAgreement, CompiledTerm } from "./book.ts";
import { type Charge, countedSteps } from "./charge.ts";
import type { RatableEvent } from "./priced.ts";
import type { Rating } from "./rate-event.ts";
import { addWhole, negateWhole, type Whole } from "./whole.ts";

const DAY = 86_400_000;
/**
 * So long after its start a call counts at the latest: who lists a month's calls looks so far back. What
 * lasts longer is mostly a mistake.
 */
export const COUNTED_WITHIN = { byStart: 0, byEnd: DAY, split: 31 * DAY } as const;

/** The last instant of an event that belongs to it: one that ends at midnight ends on the day before. */
function lastOf({ time, type, quantities }: RatableEvent, within: number): Instant {
  const lasts = type.lasts === null ? 0 : (quantities[type.lasts] ?? 0);
  return lasts === 0 ? time : ((time + Math.min(lasts, within) - 1) as Instant);
}

const UTC = checkZone("UTC");

/**
 * The agreement's local day on which an event counts; a meter's counts where the meter reads it. A month has
 * whole days: what is compared by the days of UTC counts in the month of its UTC day.
 */
export function dayOfCharge({ agreement, price }: CompiledTerm, event: RatableEvent): LocalDay {
  if (price.kind === "ratio" && price.over === "utcDay") return localDayOf(UTC, event.time);
  const isWhole = event.type.lasts === null || price.kind === "metered";
  const within = isWhole ? 0 : COUNTED_WITHIN[agreement.longCalls];
  return dayOf(agreement, within === 0 ? event.time : lastOf(event, within));
}

/** The agreement's local day of an instant; asks the calendar only when the day changes. */
function dayOf({ zone, lastDay }: BookAgreement, time: Instant): LocalDay {
  if (time >= lastDay.start && time < lastDay.end) return lastDay.day;
  const day = localDayOf(zone, time);
  lastDay.start = startOfLocalDay(zone, day);
  lastDay.end = startOfLocalDay(zone, (day + 1) as LocalDay);
  lastDay.day = day;
  return day;
}

/**
 * Divides the charges of agreements that say so among the months that the call touches. What it costs up to
 * a month's end is what a call costs that ends there, which has all increments that start before it: so a
 * part is the difference of two calls, nothing is rounded again, and the parts are the call to the last unit.
 *
 * 120 s at 60/60 from 23:58:50 are two increments that start before midnight, all of the old month, where
 * 70 s and 50 s rounded apart would be 180 s. `rate`: the charges of a call that ends earlier.
 */
export function divideCall(
  charges: readonly Charge[],
  event: RatableEvent,
  rate: (event: RatableEvent) => Rating,
): Rating {
  const divided: Charge[] = [];
  const rated = new Map<number, readonly Charge[]>();
  for (const [at, whole] of charges.entries()) {
    let parts: readonly Charge[] = [whole];
    if (isDivided(whole)) {
      const ends = monthEndsIn(whole.term.agreement, event);
      for (const end of ends) {
        if (rated.has(end)) continue;
        const until = rate(endedAt(event, end));
        if ("refused" in until) return until;
        rated.set(end, until.charges);
      }
      parts = partsOf(whole, event, ends, (end) => {
        const part = rated.get(end)?.[at];
        assert(part?.term === whole.term, "a part of a call is charged by the terms of the whole");
        return part;
      });
    }
    divided.push(...parts);
  }
  return { charges: divided };
}

/** A call that is too many is too many as a whole. */
function isDivided({ term: { agreement, price } }: Charge): boolean {
  return agreement.longCalls === "split" && price.kind !== "metered" && price.kind !== "ratio";
}

/** The ends of the agreement's months after which the call goes on. */
function monthEndsIn({ zone }: BookAgreement, event: RatableEvent): Instant[] {
  const last = lastOf(event, COUNTED_WITHIN.split);
  const ends: Instant[] = [];
  let month = monthOfDay(localDayOf(zone, event.time));
  for (;;) {
    const { end } = monthPeriod(zone, month);
    if (end > last) return ends;
    ends.push(end);
    month = nextMonth(month);
  }
}

function endedAt(event: RatableEvent, end: Instant): RatableEvent {
  const { lasts } = event.type;
  assert(lasts !== null, "only what lasts is divided");
  return { ...event, quantities: { ...event.quantities, [lasts]: end - event.time } };
}

/** The whole as the differences from one month's end to the next. */
function partsOf(
  whole: Charge,
  { time, type, quantities }: RatableEvent,
  ends: readonly Instant[],
  until: (end: Instant) => Charge,
): readonly Charge[] {
  if (ends.length === 0) return [whole];
  const of = quantities[type.lasts ?? ""] ?? 0;
  const cuts = [...ends.map((end) => ({ charge: until(end), end })), { charge: whole, end: null }];
  const parts: Charge[] = [];
  let before: Charge | null = null;
  let from = time;
  for (const { charge, end } of cuts) {
    const { raw, ...moved } = difference(charge, before);
    const last = parts.at(-1);
    if (last !== undefined && Object.values(moved).every((value) => (value ?? 0) === 0)) {
      // No increment starts in the month: what was used of it belongs to the one before it.
      parts[parts.length - 1] = { ...last, raw: last.raw + raw };
    } else {
      const day = end === null ? whole.day : dayOf(whole.term.agreement, (end - 1) as Instant);
      const steps = writeCallSteps([{ kind: "part", from: from - time, of }]);
      const count = last === undefined ? whole.count : 0;
      const told = { count, steps: countedSteps(count, steps) };
      parts.push({ ...whole, day, raw, ...moved, ...told });
    }
    before = charge;
    from = end ?? from;
  }
  return parts;
}

function difference(
  charge: Charge,
  before: Charge | null,
): Pick<Charge, "raw" | "billed" | "amount" | "base"> {
  const { raw, billed, amount, base } = charge;
  if (before === null) return { raw, billed, amount, base };
  return {
    raw: raw - before.raw,
    billed: billed - before.billed,
    amount: less(amount, before.amount),
    base: less(base, before.base),
  };
}

function less(value: Whole | null, before: Whole | null): Whole | null {
  if (value === null) return null;
  return before === null ? value : addWhole(value, negateWhole(before));
}
