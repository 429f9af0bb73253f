-- Why:      facts about accepted events: void, restore, correction and re-rating, without changing a row.
-- Locks:    event and event_key, exclusively, for an instant: columns without a default are added.
-- Rows:     none; events stored before keep no usage of their own, so facts leave their usage as it is.
-- Breaking: no.

-- What the event added to hourly usage, so that it can be taken back exactly.
alter table event add column usage_tuple integer;
alter table event add column measured bigint;

-- How many facts have been stated about the event; null: none. A fact names the one that it stands on.
alter table event_key add column facts smallint;

-- Who stated facts, when and why. Facts that were stated together share one.
create table fact_batch (
  id integer generated always as identity primary key,
  kind "char" not null check (kind in ('v', 'r', 'c', 'p')), -- void, restore, correction, priced again
  made_at timestamptz not null,
  made_by text not null,
  reason text not null,
  -- Of the request, so that asking again changes nothing; with the hash of what was asked.
  idempotency_key text unique,
  request uuid,
  answer jsonb -- to the request, item by item
);

-- Append-only, like events. Each fact takes back what the event stood at (-), states what it stands at
-- from now on (+), or both; each side is a row of the account whose totals it moves. Charges as in event.
create table event_fact (
  time timestamptz not null,
  account_id integer not null,
  batch integer not null,
  type_id integer not null,
  revision integer not null,
  cut integer not null,
  usage_tuple integer,
  measured bigint,
  ordinal smallint not null check (ordinal > 0), -- counts within the event
  side "char" not null check (side in ('-', '+')),
  key uuid not null,
  -- Of a correction: what the event says from now on. null: as before.
  subject text,
  data text,
  personal text,
  charges text not null,
  primary key (account_id, time, key, ordinal, side),
  check (side = '+' or (subject is null and data is null and personal is null))
);
create index on event_fact (key);

grant select on fact_batch, event_fact to counterpart_writer, counterpart_reader;
grant insert on fact_batch, event_fact to counterpart_writer;
grant update (facts) on event_key to counterpart_writer;
