-- Why:      one place that says what events stand at, for whoever computes something of them.
-- Locks:    none that matter; a view is new.
-- Rows:     none.
-- Breaking: no.

-- Events as they stand by now: as they came, or as their last fact states them; void ones not at all. Whoever
-- computes something of events reads them here. The first fact about an event takes back its row.
create view standing_event as
  select account_id, time, key, source_id, type_id, subject, data, personal, charges
  from event
  where not exists (
    select from event_fact as fact
    where fact.account_id = event.account_id and fact.time = event.time and fact.key = event.key
      and fact.ordinal = 1 and fact.side = '-')
  union all
  select fact.account_id, fact.time, fact.key, event.source_id, fact.type_id,
    coalesce(said.subject, event.subject), coalesce(said.data, event.data),
    case when said.data is null then event.personal else said.personal end, fact.charges
  from event_fact as fact
  join event_key on event_key.key = fact.key and event_key.facts = fact.ordinal
  join event on event.account_id = event_key.account_id and event.time = event_key.time
    and event.key = event_key.key
  left join lateral (
    select subject, data, personal from event_fact as earlier
    where earlier.key = fact.key and earlier.data is not null
    order by earlier.ordinal desc limit 1) as said on true
  where fact.side = '+';

grant select on standing_event to counterpart_writer, counterpart_reader;
