-- Why:      re-rating: charges of a range recomputed with the catalogue in force, as facts.
-- Locks:    none that matter; every table is new.
-- Rows:     none.
-- Breaking: no.

-- Recomputing charges of a range with the catalogue in force, and how far that has come.
create table rerating (
  batch integer primary key,
  revision integer not null, -- of the catalogue that it prices by
  filter jsonb not null,
  -- running; done; stopped: the catalogue changed, or somebody said so
  state "char" not null check (state in ('r', 'd', 's')),
  position jsonb, -- account, time and key of the last event tried; null: none yet
  tried bigint not null,
  changed bigint not null,
  finished_at timestamptz
);
create index on rerating (batch) where state = 'r';

-- What it comes to so far, by agreement.
create table rerating_effect (
  batch integer not null,
  agreement_id integer not null,
  events bigint not null,
  at_close bigint not null, -- charges among them that are priced at close
  before_pico numeric not null,
  after_pico numeric not null,
  primary key (batch, agreement_id)
);

-- Events that could not be rated again, and were left as they are.
create table rerating_left (
  batch integer not null,
  key uuid not null,
  code text not null,
  detail text not null,
  primary key (batch, key)
);

grant select on rerating, rerating_effect, rerating_left
  to counterpart_writer, counterpart_reader;
grant insert on rerating, rerating_effect, rerating_left to counterpart_writer;
grant update (state, position, tried, changed, finished_at) on rerating to counterpart_writer;
grant update (events, at_close, before_pico, after_pico) on rerating_effect to counterpart_writer;
