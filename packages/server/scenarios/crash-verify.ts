/** What must hold after every fault: the store against itself, and against what was acknowledged. */
import { findImbalances } from "@counterpart/domain/statements/completeness.ts";
import type { Db } from "../src/platform/database.ts";
import { listAccounts } from "../src/statements/completeness.repo.ts";
import type { SentLine } from "./crash-history.ts";

/** Rows that should not be; the first few of each kind. */
export type Findings = Record<string, readonly unknown[]>;

/** What a charge adds to the number of events: told in its ninth part, where it is not 1. */
const COUNTED = `(select coalesce(substring(
    split_part(split_part(charges, ';', ordinal), ',', 9) from '^c(-?[0-9]+)')::integer, 1) as events)`;

/** What events were charged, and what facts took back or stated since: totals must agree with it. */
export const CHARGES = `select entry.*, charge.*, counted.events, term_version.agreement_id, term_version.term
  from (
    select account_id, cut, 1 as sign, charges from event
    union all
    select account_id, cut, case side when '-' then -1 else 1 end, charges from event_fact) as entry
  cross join lateral charges_of(entry.charges) as charge
  cross join lateral ${COUNTED} as counted
  join term_version on term_version.id = charge.term_version`;

const TOTALS_RECOUNT = `with recounted as (
    select account_id, term_version, day, tuple, cut, agreement_id, sum(sign * events) as count,
      sum(sign * billed) as quantity, sum(sign * coalesce(amount_pico, 0)) as amount,
      sum(sign * coalesce(base_pico, 0)) as base
    from (${CHARGES}) as charges group by 1, 2, 3, 4, 5, 6),
  stored as (
    select account_id, term_version, day, tuple, cut, agreement_id, sum(count) as count,
      sum(quantity) as quantity, sum(amount_pico) as amount, sum(base_pico) as base
    from total group by 1, 2, 3, 4, 5, 6)
  select to_jsonb(recounted) as recounted, to_jsonb(stored) as stored
  from recounted full join stored using (account_id, term_version, day, tuple, cut, agreement_id)
  where (coalesce(recounted.count, 0), coalesce(recounted.quantity, 0),
      coalesce(recounted.amount, 0), coalesce(recounted.base, 0))
    is distinct from (coalesce(stored.count, 0), coalesce(stored.quantity, 0),
      coalesce(stored.amount, 0), coalesce(stored.base, 0))
  limit 5`;

/** What events stand at by now, whenever that was counted. */
const STANDING_RECOUNT = `with standing as (
    select account_id, term_version, day, tuple, sum(events) as count, sum(billed) as quantity,
      sum(coalesce(amount_pico, 0)) as amount
    from standing_event cross join lateral charges_of(charges)
    cross join lateral ${COUNTED} as counted group by 1, 2, 3, 4),
  stored as (
    select account_id, term_version, day, tuple, sum(count) as count, sum(quantity) as quantity,
      sum(amount_pico) as amount
    from total group by 1, 2, 3, 4)
  select to_jsonb(standing) as standing, to_jsonb(stored) as stored
  from standing full join stored using (account_id, term_version, day, tuple)
  where (coalesce(standing.count, 0), coalesce(standing.quantity, 0), coalesce(standing.amount, 0))
    is distinct from (coalesce(stored.count, 0), coalesce(stored.quantity, 0),
      coalesce(stored.amount, 0))
  limit 5`;

const USAGE_RECOUNT = `with entry as (
    select account_id, time, type_id, usage_tuple as tuple, 1 as sign, measured from event
    union all
    select account_id, time, type_id, usage_tuple, case side when '-' then -1 else 1 end, measured
    from event_fact),
  recounted as (
    select account_id, date_trunc('hour', time, 'UTC') as hour, type_id, tuple, sum(sign) as count,
      sum(sign * measured) as quantity
    from entry group by 1, 2, 3, 4),
  stored as (
    select account_id, hour, type_id, tuple, sum(count) as count, sum(quantity) as quantity
    from usage group by 1, 2, 3, 4)
  select account_id, hour, type_id, tuple, recounted.count, stored.count as stored
  from recounted full join stored using (account_id, hour, type_id, tuple)
  where (coalesce(recounted.count, 0), coalesce(recounted.quantity, 0))
    is distinct from (coalesce(stored.count, 0), coalesce(stored.quantity, 0))
  limit 5`;

/**
 * Every event has as many facts as its key counts, one after the other, and stands once or not at all. Of
 * facts, what is taken back is what stood.
 */
const FACTS = `with entry as (
    select key, 0 as ordinal, '+' as side, account_id, time, charges from event
    union all
    select key, ordinal, side::text, account_id, time, charges from event_fact),
  counted as (
    select key, max(ordinal) as last, count(distinct ordinal) as facts,
      sum(case side when '+' then 1 else -1 end) as stands
    from entry group by 1),
  taken as (
    select back.key from entry as back
    where back.side = '-' and not exists (
      select from entry as stood
      where stood.key = back.key and stood.side = '+' and stood.ordinal < back.ordinal
        and (stood.account_id, stood.time, stood.charges)
          = (back.account_id, back.time, back.charges)))
  select event_key.key, event_key.facts as claimed, last, stands
  from event_key left join counted using (key)
  where state = 'a' and (last <> coalesce(event_key.facts, 0) or counted.facts <> last + 1
      or stands not in (0, 1))
    or event_key.key in (select key from taken)
  limit 5`;

/** Every key has what its state says: one event, or one body that waits. */
const KEYS = `with events as (
    select key, count(*) as events, min(time) as time, min(account_id) as account_id
    from event group by 1),
  waiting as (
    select key, count(*) as waiting, min(content::text) as content
    from quarantine where state = 'p' group by 1)
  select key, state, coalesce(events, 0) as events, coalesce(waiting, 0) as waiting
  from event_key full join events using (key) full join waiting using (key)
  where state is null
    or (state = 'a' and (events is distinct from 1 or waiting is not null
      or events.time <> event_key.time or events.account_id <> event_key.account_id))
    or (state = 'q' and (events is not null or waiting is distinct from 1
      or waiting.content <> event_key.content::text or event_key.account_id <> 0))
  limit 5`;

/** The store against itself: nothing is lost or counted twice between its tables. */
export async function checkStore(db: Db): Promise<Findings> {
  const rows = async (sql: string): Promise<unknown[]> => (await db.query(sql)).rows;
  return {
    imbalances: findImbalances(await listAccounts(db)),
    keys: await rows(KEYS),
    totals: await rows(TOTALS_RECOUNT),
    usage: await rows(USAGE_RECOUNT),
    facts: await rows(FACTS),
    standing: await rows(STANDING_RECOUNT),
  };
}

export const NOTHING_FOUND: Findings = {
  imbalances: [],
  keys: [],
  totals: [],
  usage: [],
  facts: [],
  standing: [],
};

interface StoredKey {
  readonly state: "a" | "q";
  readonly content: string;
  /** Bodies that are kept apart: `p` waiting, `c` conflicting, `s` superseded, `r` released. */
  readonly kept: Readonly<Record<string, { readonly state: string; readonly code: string }>>;
}

async function loadKeys(db: Db): Promise<Map<string, StoredKey>> {
  const { rows } = await db.query<StoredKey & { key: string }>(
    `select key, state, content, coalesce(kept, '{}') as kept
      from event_key left join (
        select key, jsonb_object_agg(content, jsonb_build_object('state', state, 'code', code)) as kept
        from quarantine group by 1) as bodies using (key)`,
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/**
 * The store against what was acknowledged, with every line answered. No event may be corrected or released
 * meanwhile: then a waiting body's outcome stays.
 */
export async function checkAcknowledged(db: Db, lines: readonly SentLine[]): Promise<string[]> {
  const keys = await loadKeys(db);
  const wrong: string[] = [];
  const accepted = new Map<string, number>();
  for (const line of lines) {
    const { identity, acknowledged, text } = line;
    if (acknowledged === null) wrong.push(`never answered: ${text}`);
    else if (identity === null) {
      if (acknowledged.outcome !== "refused") wrong.push(`not refused: ${text}`);
    } else {
      const stored = keys.get(identity.key);
      const problem =
        stored === undefined ? "lost" : contradiction(stored, identity.content, acknowledged);
      if (problem !== null) wrong.push(`${acknowledged.outcome}, but ${problem}: ${text}`);
      if (acknowledged.outcome === "accepted") {
        accepted.set(identity.key, (accepted.get(identity.key) ?? 0) + 1);
      }
    }
  }
  for (const [key, times] of accepted) if (times > 1) wrong.push(`accepted ${times} times: ${key}`);
  const sent = new Set(lines.flatMap(({ identity }) => identity?.key ?? []));
  for (const key of keys.keys()) if (!sent.has(key)) wrong.push(`never sent: ${key}`);
  return wrong;
}

function contradiction(
  { state, content, kept }: StoredKey,
  sent: string,
  acknowledged: NonNullable<SentLine["acknowledged"]>,
): string | null {
  const isSame = content === sent;
  switch (acknowledged.outcome) {
    case "accepted":
      return isSame && state === "a" ? null : `the key is ${state}, same content: ${isSame}`;
    case "duplicate": {
      const first = state === "a" ? "accepted" : "quarantined";
      return isSame && first === acknowledged.first ? null : `the first is ${first} now`;
    }
    case "conflicting": {
      const body = kept[sent];
      return !isSame && state === "a" && body?.state === "c" ? null : "no conflicting body is kept";
    }
    case "quarantined": {
      const body = kept[sent];
      const isWaiting = isSame && state === "q" && body?.state === "p";
      return isWaiting && body.code === acknowledged.code ? null : "no such body waits";
    }
    case "refused":
      return "it has an identity";
  }
}

/** Every charge by what it means instead of by numbers, which differ from one database to another. */
const NAMED_CHARGES = `select event.id, source.name as source, account.name as account, ordinal,
    agreement.name as agreement, term_version.term, charge.day, tuple.tuple, deck.name as deck,
    deck_row.key as row_key, deck_row.effective_from, raw, billed, amount_pico, base_pico
  from event cross join lateral charges_of(event.charges) as charge
  join term_version on term_version.id = charge.term_version
  join handle as agreement on agreement.id = term_version.agreement_id
  join handle as source on source.id = event.source_id
  join handle as account on account.id = event.account_id
  join dimension_tuple as tuple on tuple.id = charge.tuple
  left join deck_row on deck_row.id = charge.deck_row
  left join handle as deck on deck.id = deck_row.deck_id
  order by source.name, event.id, ordinal`;

const NAMED_USAGE = `select account.name as account, hour, type.name as type, tuple.tuple,
    sum(count) as count, sum(quantity) as quantity
  from usage
  join handle as account on account.id = account_id join handle as type on type.id = type_id
  join dimension_tuple as tuple on tuple.id = usage.tuple
  group by 1, 2, 3, 4 order by 1, 2, 3, 4`;

/** What two stores that took the same events have in common: their charges and usage, as text rows. */
export async function namedResults(db: Db): Promise<{ charges: string[]; usage: string[] }> {
  const texts = async (sql: string): Promise<string[]> => {
    const { rows } = await db.query({ text: sql, rowMode: "array" });
    return (rows as unknown as unknown[][]).map((row) => row.join("|"));
  };
  return { charges: await texts(NAMED_CHARGES), usage: await texts(NAMED_USAGE) };
}
