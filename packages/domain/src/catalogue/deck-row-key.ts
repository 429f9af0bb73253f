/** The rows of a map by their keys, in order of these. A sort that compares rows takes ten times as long. */
export function inOrderOfKey<Row>(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows.keys()].sort().map((key) => rows.get(key)!);
}

/**
 * What a row of a deck is known by: its prefix or network, and whom and when it is for. A row without those
 * is known by its key alone.
 */
export function deckRowKey({
  key,
  originGroup,
  timeBand,
}: {
  readonly key: string;
  readonly originGroup?: string | null | undefined;
  readonly timeBand?: string | null | undefined;
}): string {
  if ((originGroup ?? timeBand ?? null) === null) return key;
  return `${key}/${originGroup ?? ""}/${timeBand ?? ""}`;
}
