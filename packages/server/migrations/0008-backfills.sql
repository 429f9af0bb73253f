-- Why:      backfills: new events and facts in bulk, kept apart until they are closed, and undone as a whole.
-- Locks:    fact_batch and rerating_effect, exclusively, for an instant; fact_batch is read once.
-- Rows:     none.
-- Breaking: a re-rating of a process before it stops at its next page, and goes on in one after it.

-- A backfill states facts of every kind in one batch.
alter table fact_batch drop constraint fact_batch_kind_check;
alter table fact_batch add constraint fact_batch_kind_check
  check (kind in ('v', 'r', 'c', 'p', 'b')); -- void, restore, correction, priced again, backfill

-- What a batch comes to so far, by agreement: of re-ratings and of backfills.
alter table rerating_effect rename to fact_effect;

create table backfill (
  id integer generated always as identity primary key,
  name text not null unique,
  reason text not null,
  opened_at timestamptz not null,
  opened_by text not null,
  -- open; closing; closed; undoing (being reverted); reverted
  state "char" not null check (state in ('o', 'c', 'd', 'u', 'r')),
  -- Of the facts and effects of its close, and of its revert; null: it did not begin.
  close_batch integer,
  revert_batch integer,
  ended_at timestamptz -- closed or reverted
);
create index on backfill (id) where state in ('c', 'u');

-- What a backfill holds, and what became of it. Event-level, keyed by the backfill and the event: one item each.
create table backfill_item (
  backfill_id integer not null,
  key uuid not null,
  kind "char" not null check (kind in ('n', 'v', 'r', 'c')), -- new event, void, restore, correction
  ref text not null, -- source/id, or the key as it was given
  body text, -- the line as it came; null: of an undo, or applied
  -- accepted, voided, restored, corrected; duplicate, conflicting: accepted meanwhile; left: refused with a code.
  -- null: not yet.
  outcome text,
  code text,
  detail text,
  ordinal smallint, -- of the fact that was stated
  content_before uuid, -- hash of what a corrected event said before
  -- Of a revert: undone; nothing: it is so already; left: with a code. null: not yet.
  undone text,
  undone_code text,
  primary key (backfill_id, key)
) with (fillfactor = 80);

grant select on backfill, backfill_item to counterpart_writer, counterpart_reader;
grant insert on backfill, backfill_item to counterpart_writer;
grant update (state, close_batch, revert_batch, ended_at) on backfill to counterpart_writer;
grant update (body, outcome, code, detail, ordinal, content_before, undone, undone_code)
  on backfill_item to counterpart_writer;
grant delete on backfill_item to counterpart_writer;
