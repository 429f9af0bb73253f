/** The SQL of what batches of facts come to, by agreement. */
import type { Db } from "../platform/database.ts";

/** What facts of a batch change for an agreement, in pico-units of its currency. */
export interface Effect {
  readonly agreement: number;
  /** Events whose charges by the agreement change. */
  readonly events: number;
  /** Charges among them that are priced at close. */
  readonly atClose: number;
  readonly before: bigint;
  readonly after: bigint;
}

/** Adds to what the batch has come to so far. */
export async function addEffects(db: Db, batch: number, effects: readonly Effect[]): Promise<void> {
  if (effects.length === 0) return;
  await db.query(
    `insert into fact_effect (batch, agreement_id, events, at_close, before_pico, after_pico)
      select $1, * from unnest($2::integer[], $3::bigint[], $4::bigint[], $5::numeric[],
        $6::numeric[])
      on conflict (batch, agreement_id) do update set
        events = fact_effect.events + excluded.events,
        at_close = fact_effect.at_close + excluded.at_close,
        before_pico = fact_effect.before_pico + excluded.before_pico,
        after_pico = fact_effect.after_pico + excluded.after_pico`,
    [
      batch,
      effects.map(({ agreement }) => agreement),
      effects.map(({ events }) => events),
      effects.map(({ atClose }) => atClose),
      effects.map(({ before }) => before),
      effects.map(({ after }) => after),
    ],
  );
}

/** What the batch has come to so far. */
export async function listEffects(db: Db, batch: number): Promise<Effect[]> {
  const { rows } = await db.query<
    Record<"events" | "at_close" | "before" | "after", string> & {
      agreement: number;
    }
  >(
    `select agreement_id as agreement, events, at_close, before_pico as before,
        after_pico as after
      from fact_effect where batch = $1 order by agreement_id`,
    [batch],
  );
  return rows.map(({ agreement, events, at_close, before, after }) => ({
    agreement,
    events: Number(events),
    atClose: Number(at_close),
    before: BigInt(before),
    after: BigInt(after),
  }));
}
