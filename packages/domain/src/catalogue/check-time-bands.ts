import { parseLocalDay } from "../period.ts";
import { coverOfBands } from "../voice/cover-of-bands.ts";
import { WITHHELD } from "../voice/origin-groups.ts";
import { compileBand, dayWindows } from "../voice/time-bands.ts";
import type { Deck } from "./catalogue.ts";
import { attempt, checkName, checkTimeZone } from "./check-values.ts";
import type { Path, Report } from "./problems.ts";

/** Zone, holidays and bands of a deck: each band has times of its own, and no time has two. */
export function checkTimeBands(deck: Deck, path: Path, report: Report): void {
  const { timeZone, holidays = [], timeBands = {} } = deck;
  if (timeZone !== undefined) checkTimeZone(timeZone, [...path, "timeZone"], report);
  for (const [at, text] of holidays.entries()) {
    if (attempt(() => parseLocalDay(text)) !== null) continue;
    report([...path, "holidays", at], "catalogue.date-malformed", { text });
  }
  let isReadable = true;
  for (const [name, { times = [] }] of Object.entries(timeBands)) {
    checkName(name, [...path, "timeBands", name], report);
    for (const [at, text] of times.entries()) {
      if (dayWindows(text) !== null) continue;
      report([...path, "timeBands", name, "times", at], "catalogue.times-malformed", { text });
      isReadable = false;
    }
  }
  const count = Object.keys(timeBands).length;
  if (count > BANDS_MAX)
    report([...path, "timeBands"], "catalogue.too-many-bands", { count, max: BANDS_MAX });
  else if (isReadable) checkCover(deck, [...path, "timeBands"], report);
}

/** Each kind of day is looked at with each of them; nobody tells more than a few apart. */
const BANDS_MAX = 32;

function checkCover({ timeBands = {}, holidays = [] }: Deck, path: Path, report: Report): void {
  const bands = Object.entries(timeBands).map(([name, band]) => compileBand(name, band));
  const { never, ambiguous } = coverOfBands(bands, holidays.length > 0);
  for (const [band, other, example] of ambiguous) {
    report([...path, band], "catalogue.bands-overlap", { other, example });
  }
  // Of two that overlap one may seem to have no time at all.
  if (ambiguous.length > 0) return;
  for (const band of never) report([...path, band], "catalogue.band-never", { band });
}

const PREFIX = /^[0-9]{1,15}$/;

/** Groups of callers list prefixes, each in one group only. */
export function checkOriginGroups({ originGroups = {} }: Deck, path: Path, report: Report): void {
  const groupOf = new Map<string, string>();
  for (const [group, prefixes] of Object.entries(originGroups)) {
    const at = [...path, "originGroups", group];
    checkName(group, at, report);
    if (prefixes.length === 0) report(at, "catalogue.origin-group-empty", {});
    for (const [index, text] of prefixes.entries()) {
      const other = groupOf.get(text);
      if (text !== WITHHELD && !PREFIX.test(text)) {
        report([...at, index], "catalogue.origin-prefix-malformed", { text });
      } else if (other !== undefined) {
        report([...at, index], "catalogue.origin-prefix-twice", { text, other });
      }
      groupOf.set(text, group);
    }
  }
}
