import type { LocalDay } from "../period.ts";
import { isDearer, type RowChange } from "./compare-decks.ts";

/** What was promised: increases are told so many days ahead (handbook §2.2, usually seven). */
export interface NoticePeriod {
  /** The local day on which the other side was told. */
  readonly notified: LocalDay;
  readonly noticeDays: number;
}

/**
 * The first day on which a price may be dearer: told on the 1st with seven days' notice, the 8th.
 */
export function firstDearerDay({ notified, noticeDays }: NoticePeriod): LocalDay {
  return (notified + noticeDays) as LocalDay;
}

/**
 * The changes that take effect on `day` though they were told too late; decreases need no notice.
 */
export function findShortNotice(
  changes: readonly RowChange[],
  day: LocalDay,
  notice: NoticePeriod,
): readonly RowChange[] {
  return day >= firstDearerDay(notice) ? [] : changes.filter(isDearer);
}
