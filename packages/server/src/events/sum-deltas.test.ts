import { afterAll, beforeAll, expect, test } from "vitest";
import { clearDraft, draftEvent, startDraft } from "./draft-group.ts";
import { type IngestWorld, openIngestWorld, sms } from "./fixtures/ingest-world.ts";
import { numberNewTuples } from "./group-writer.ts";
import { type Columns, sumDeltas } from "./sum-deltas.ts";

let world: IngestWorld;
beforeAll(async () => {
  world = await openIngestWorld();
});
afterAll(async () => world.drop());

async function totalsOf(columns: Columns): Promise<Record<string, string>[]> {
  const { rows } = await world.database.pool("reader").query<Record<string, string>>(
    `select day, count, quantity, amount, base
      from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[], $5::integer[],
        $6::integer[], $7::numeric[], $8::numeric[], $9::numeric[])
        as t (account, term, day, tuple, agreement, count, quantity, amount, base)
      order by term, day`,
    [...columns],
  );
  return rows;
}

test("charges of one key are one row; events that are left out add nothing", async () => {
  const lines = [
    sms("1", { segments: 2 }),
    sms("2", { segments: 900_000_000_000_000 }),
    sms("3", { segments: 900_000_000_000_000 }),
    sms("4", { segments: 5, time: "2026-10-11T12:00:00Z" }),
    sms("5", { segments: 7, time: "2026-10-12T12:00:00Z" }),
  ];
  const candidates = lines.map((line) => world.prepare(line));
  await numberNewTuples(world.writer.client, candidates);
  const draft = startDraft();
  for (let round = 0; round < 2; round++) {
    clearDraft(draft);
    for (const candidate of candidates) draftEvent(draft, candidate);
    const day = Date.UTC(2026, 9, 10) / 86_400_000;
    const { totals } = sumDeltas(draft.deltas, new Set([4]));
    expect(await totalsOf(totals)).toEqual([
      {
        day,
        count: 3,
        quantity: "1800000000000002",
        amount: "18000000000000020000000000",
        base: "0",
      },
      { day: day + 1, count: 1, quantity: "5", amount: "50000000000", base: "0" },
      {
        day,
        count: 3,
        quantity: "0",
        amount: "1800000000000002000000000",
        base: "18000000000000020000000000",
      },
      { day: day + 1, count: 1, quantity: "0", amount: "5000000000", base: "50000000000" },
    ]);
  }
});
