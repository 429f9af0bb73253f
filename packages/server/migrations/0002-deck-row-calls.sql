-- Why:      rows of a deck may be for callers and times, and may have rules of calls.
-- Locks:    deck_row, exclusively and briefly: columns without a default are not written.
-- Rows:     none.
-- Breaking: no; rows that have none of it mean what they did.

alter table deck_row
  add column origin_group text,
  add column time_band text,
  add column call jsonb;
