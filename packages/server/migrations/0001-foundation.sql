-- Why:      the foundation: catalogue, events with their charges, totals, usage, statements, keys.
-- Locks:    none that matter; every table is new.
-- Rows:     one, in gate.
-- Breaking: no.
-- Was:      bb52487ef42ba9ebca439833a4873a8ace46a962153ce00f8cf743e9f8ddf92d
--           (which made the roles counterpart_writer and counterpart_reader itself)
--
-- Rules kept from here on, so that the schema can be distributed (Citus) without a change: event-level
-- tables start their primary key with account_id (event_key, quarantine: with key), and have neither
-- foreign keys nor triggers; the ingest transaction writes no catalogue table.

-- What every writing transaction reads under the shared gate lock, and apply and close raise under the
-- exclusive one.
create table gate (
  single boolean primary key default true check (single),
  revision integer not null,
  cut integer not null
);
insert into gate values (true, 0, 1);

-- Catalogue: append-only. Integer handles are what event-level rows carry.

create table catalogue_revision (
  revision integer primary key,
  applied_at timestamptz not null,
  applied_by text not null,
  summary text not null
);

create table catalogue_object (
  kind text not null,
  id text not null,
  revision integer not null,
  body jsonb, -- null: withdrawn
  primary key (kind, id, revision)
);

create table handle (
  id integer generated always as identity primary key,
  kind text not null,
  name text not null,
  unique (kind, name)
);

-- A term as it is in force from one instant to another under one agreement. Never changed or deleted:
-- derivations refer to it for ever.
create table term_version (
  id integer generated always as identity primary key,
  agreement_id integer not null,
  term text not null,
  content uuid not null,
  body jsonb not null,
  effective_from timestamptz not null, -- since when, as it was first published
  revision integer not null,
  unique (agreement_id, term, content)
);

create table deck_row (
  id integer generated always as identity primary key,
  deck_id integer not null,
  effective_from timestamptz not null,
  revision integer not null,
  key text not null,
  name text,
  state "char" not null check (state in ('r', 'b', 'w')), -- rate, blocked, withdrawn
  rate numeric,
  rate_next numeric,
  connect_fee numeric,
  initial_increment integer,
  subsequent_increment integer,
  check ((state = 'r') = (rate is not null))
);
create index on deck_row (deck_id, id);

-- Dimension values as one small number. Written before the transaction that first uses it.
create table dimension_tuple (
  id integer generated always as identity primary key,
  tuple text not null unique
);

-- Events.

-- Dedup, for ever: key = 16 bytes of SHA-256(source, 0, id); content = 16 bytes of SHA-256 over what the
-- producer said, under the numbered rule.
create table event_key (
  key uuid primary key,
  content uuid not null,
  time timestamptz not null,
  account_id integer not null, -- 0 while quarantined
  content_rule smallint not null,
  state "char" not null check (state in ('a', 'q')) -- accepted, quarantined
);

create table event (
  time timestamptz not null,
  received_at timestamptz not null,
  account_id integer not null,
  source_id integer not null,
  type_id integer not null,
  revision integer not null,
  cut integer not null,
  mode "char" not null check (mode in ('l', 's', 't')), -- live, shadow, test
  key uuid not null,
  priced_at timestamptz, -- null: time
  counted_at timestamptz, -- null: time
  refers_to uuid,
  correlation text,
  id text not null,
  subject text not null,
  data text not null,
  personal text,
  charges text not null,
  primary key (account_id, time, key)
) partition by range (time);

-- Charges inside an event, one per semicolon:
-- term version, day, dimension tuple, deck row, raw and billed quantity, amount, base
create function charges_of(charges text)
returns table (
  ordinal integer, term_version integer, day date, tuple integer, deck_row integer,
  raw bigint, billed bigint, amount_pico numeric, base_pico numeric
)
language sql immutable parallel safe as $$
  select
    ordinality::integer,
    split_part(charge, ',', 1)::integer,
    date '1970-01-01' + split_part(charge, ',', 2)::integer,
    split_part(charge, ',', 3)::integer,
    split_part(charge, ',', 4)::integer,
    split_part(charge, ',', 5)::bigint,
    split_part(charge, ',', 6)::bigint,
    nullif(split_part(charge, ',', 7), '')::numeric, -- null: priced at close
    nullif(split_part(charge, ',', 8), '')::numeric
  from unnest(string_to_array(nullif(charges, ''), ';')) with ordinality as c (charge, ordinality)
$$;

create table quarantine (
  key uuid not null,
  content uuid not null,
  received_at timestamptz not null,
  time timestamptz not null,
  source_id integer not null,
  -- pending, conflicting, superseded by a later content, released into event
  state "char" not null check (state in ('p', 'c', 's', 'r')),
  code text not null,
  detail text not null,
  id text not null,
  type text not null,
  body text not null,
  primary key (key, content)
);
create index on quarantine (code, key) where state = 'p';
create index on quarantine (source_id, time) where state = 'p';

-- What statements read. Slot: the writing connection, so that no writer waits for another's row.
create table total (
  account_id integer not null,
  term_version integer not null,
  day date not null,
  tuple integer not null,
  cut integer not null,
  slot smallint not null,
  agreement_id integer not null,
  count bigint not null,
  quantity bigint not null,
  amount_pico numeric not null,
  base_pico numeric not null,
  primary key (account_id, term_version, day, tuple, cut, slot)
) with (fillfactor = 80);
create index total_agreement_day on total (agreement_id, day);

-- For analysis: per hour, account, event type and declared dimensions.
create table usage (
  account_id integer not null,
  hour timestamptz not null,
  type_id integer not null,
  tuple integer not null,
  slot smallint not null,
  count bigint not null,
  quantity bigint not null,
  primary key (account_id, hour, type_id, tuple, slot)
) with (fillfactor = 80);
create index usage_hour on usage (hour);

-- The account of everything: what was read, and what became of it, by source and UTC day of receipt.
create table intake (
  source_id integer not null, -- 0: no known source
  day date not null,
  outcome text not null, -- received, accepted, duplicate, conflicting, quarantined, refused
  code text not null,
  slot smallint not null,
  count bigint not null,
  primary key (source_id, day, outcome, code, slot)
) with (fillfactor = 50);

create table import_run (
  id text primary key,
  name text not null,
  source text not null,
  fingerprint text not null,
  started_at timestamptz not null,
  through_line bigint not null,
  finished_at timestamptz,
  outcomes jsonb not null
);
create unique index on import_run (source, fingerprint);

-- Statements.

create table close_run (
  id integer generated always as identity primary key,
  period text not null,
  cut integer not null,
  started_at timestamptz not null,
  finished_at timestamptz
);

create table statement (
  agreement_id integer not null,
  period text not null,
  id text not null unique,
  revision integer not null, -- of the catalogue that it was made by
  cut integer not null,
  issued_at timestamptz not null,
  first_day date not null,
  end_day date not null,
  kind text not null, -- invoice, settlement
  currency text not null,
  total_minor numeric not null,
  primary key (agreement_id, period)
);

create table statement_line (
  agreement_id integer not null,
  period text not null,
  number integer not null,
  -- The period in which the service was used: an adjustment names an earlier one than the statement's.
  service_period text not null,
  term text not null,
  tuple integer not null, -- 0: not split
  count bigint not null,
  quantity bigint not null,
  amount_pico numeric not null,
  stated_minor numeric not null, -- stated before for this line's service period
  money_minor numeric not null, -- this line: money now less stated before
  derivation jsonb not null,
  primary key (agreement_id, period, number)
);

create table api_key (
  id text primary key,
  name text not null,
  hash bytea not null,
  scopes text[] not null,
  sources text[], -- null: every source
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);

grant usage on schema public to counterpart_writer, counterpart_reader;
grant select on all tables in schema public to counterpart_writer, counterpart_reader;
revoke select on api_key from counterpart_reader;
grant insert on
  catalogue_revision, catalogue_object, handle, term_version, deck_row, dimension_tuple,
  event_key, event, quarantine, total, usage, intake, import_run, close_run,
  statement, statement_line, api_key
  to counterpart_writer;
grant update on gate to counterpart_writer;
grant update (state, content, content_rule, account_id, time) on event_key to counterpart_writer;
grant update (state, code, detail, received_at) on quarantine to counterpart_writer;
grant update (count, quantity, amount_pico, base_pico) on total to counterpart_writer;
grant update (count, quantity) on usage to counterpart_writer;
grant update (count) on intake to counterpart_writer;
grant update (through_line, finished_at, outcomes) on import_run to counterpart_writer;
grant update (finished_at) on close_run to counterpart_writer;
grant update (revoked_at) on api_key to counterpart_writer;
