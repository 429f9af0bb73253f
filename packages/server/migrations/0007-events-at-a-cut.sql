-- Why:      what events stood at when a cut was raised: a statement by a meter states exactly those.
-- Locks:    none that matter; the view is replaced by the same columns.
-- Rows:     none.
-- Breaking: no.

-- Events as they stood at a cut: as they came, or as their last fact up to it states them; void ones not at
-- all. The first fact about an event takes back its row. One select in SQL, so that what is asked of it
-- reaches the tables' keys and partitions.
create function standing_at(at_cut integer)
returns table (
  account_id integer, "time" timestamptz, key uuid, source_id integer, type_id integer, subject text,
  data text, personal text, charges text
)
language sql stable parallel safe as $$
  select account_id, time, key, source_id, type_id, subject, data, personal, charges
  from event
  where cut <= at_cut and not exists (
    select from event_fact as fact
    where fact.account_id = event.account_id and fact.time = event.time and fact.key = event.key
      and fact.ordinal = 1 and fact.side = '-' and fact.cut <= at_cut)
  union all
  select fact.account_id, fact.time, fact.key, event.source_id, fact.type_id,
    coalesce(said.subject, event.subject), coalesce(said.data, event.data),
    case when said.data is null then event.personal else said.personal end, fact.charges
  from event_fact as fact
  join event_key on event_key.key = fact.key
  join event on event.account_id = event_key.account_id and event.time = event_key.time
    and event.key = event_key.key
  left join lateral (
    select subject, data, personal from event_fact as earlier
    where earlier.key = fact.key and earlier.ordinal <= fact.ordinal and earlier.data is not null
    order by earlier.ordinal desc limit 1) as said on true
  where fact.side = '+' and fact.cut <= at_cut and not exists (
    select from event_fact as later
    where later.key = fact.key and later.ordinal > fact.ordinal and later.cut <= at_cut)
$$;

-- Events as they stand by now.
create or replace view standing_event as
  select account_id, time, key, source_id, type_id, subject, data, personal, charges
  from standing_at(2147483647);
