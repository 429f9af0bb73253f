-- Why:      a statement line adds up a month of all accounts: byte-hours of some petabytes exceed bigint.
-- Locks:    statement_line, exclusively, while it is written anew: a few seconds a million lines.
-- Rows:     every statement line, unchanged in value.
-- Breaking: no.

alter table statement_line alter column quantity type numeric;
