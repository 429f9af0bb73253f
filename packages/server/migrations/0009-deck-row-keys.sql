-- Why:      a deck of 170,000 rows is looked at by number and page by page, over HTTP.
-- Locks:    deck_row against writing, while the index is made: about a second a million rows.
-- Rows:     none.
-- Breaking: no.

create index on deck_row (deck_id, key collate "C");
