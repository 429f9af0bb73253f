-- Why:      calls that are told of while they last: their records, and what became of each session.
-- Locks:    none that matter; every table is new.
-- Rows:     none.
-- Breaking: no.

-- What a source said, once for each session and sequence. Append-only; event-level, keyed like event_key:
-- key = 16 bytes of SHA-256(source, 0, session id, 0, leg).
create table session_record (
  key uuid not null,
  sequence integer not null,
  content uuid not null,
  received_at timestamptz not null,
  time timestamptz not null,
  milliseconds bigint not null, -- so far, or since the record before, by the rules of the source
  phase "char" not null check (phase in ('s', 'i', 'e')), -- start, interim, stop
  type text not null,
  subject text not null,
  data text not null,
  primary key (key, sequence)
);

-- Records of a sequence that was taken by another content: kept, not counted.
create table session_conflict (
  key uuid not null,
  sequence integer not null,
  content uuid not null,
  received_at timestamptz not null,
  body text not null,
  primary key (key, sequence, content)
);

create table session (
  key uuid primary key,
  source_id integer not null,
  session_id text not null,
  leg text not null,
  usage "char" not null check (usage in ('c', 'd')), -- cumulative, delta: as its source said when it began
  -- open; stopped; expired: its stop never came; superseded: charged for another usage than is known now;
  -- conflicting: another event of its id counts; refused: its event cannot be one
  state "char" not null check (state in ('o', 's', 'e', 'p', 'c', 'r')),
  -- Of the records, as they came; times of receipt.
  records integer not null,
  first_sequence integer not null,
  last_sequence integer not null,
  has_start boolean not null,
  has_stop boolean not null,
  opened_at timestamptz not null,
  heard_at timestamptz not null,
  due_at timestamptz, -- when something is to be done about it; null: nothing
  expiry text, -- silent, tooLong, asked: why it was taken for ended; null: it was not
  findings jsonb, -- what is odd about the records
  -- The event it became. It is written before it is handed over, and handed over as it is written, so that a
  -- crash between the two changes nothing.
  event_key uuid not null,
  event text, -- null: not assembled yet
  event_records integer, -- how many records it was assembled from
  content uuid, -- null: too large to be an event
  milliseconds bigint,
  handed_over_at timestamptz, -- null: not yet
  outcome text, -- accepted, quarantined, conflicting, refused
  code text,
  known_milliseconds bigint -- of a superseded one: what its records say now
) with (fillfactor = 80);
create index session_due on session (due_at) where due_at is not null;
create index session_state on session (state, source_id, key);
create index session_name on session (session_id);

grant select on session_record, session_conflict, session to counterpart_writer, counterpart_reader;
grant insert on session_record, session_conflict, session to counterpart_writer;
grant update on session to counterpart_writer;
