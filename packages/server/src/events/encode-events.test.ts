import { chargesFromText } from "@counterpart/domain/rating/charge.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isRated } from "./encode-events.ts";
import { eventKey } from "./event-hash.ts";
import { type IngestWorld, openIngestWorld, sms } from "./fixtures/ingest-world.ts";

let world: IngestWorld;
beforeAll(async () => {
  world = await openIngestWorld();
});
afterAll(async () => world.drop());

interface Row {
  readonly time: string;
  readonly received_at: string;
  readonly revision: number;
  readonly cut: number;
  readonly mode: string;
  readonly subject: string;
  readonly data: string;
  readonly personal: string;
  readonly charges: string;
}

async function stored(line: string): Promise<Row> {
  expect(await world.commit([line])).toEqual([{ outcome: "accepted" }]);
  const { id } = JSON.parse(line) as { id: string };
  const rows = await world.rows<Row & { id: string }>(
    `select * from event where key = '${eventKey("switch", id)}'`,
  );
  expect(rows.map((row) => row.id)).toEqual([id]);
  return rows[0]!;
}

test.each([
  ["plain texts", "call-1", "AC"],
  ["texts of two and three bytes a character", "zażółć-呼-1", "Ñandú"],
  ["characters beyond 16 bits", "📞-1", "📞"],
  ["quotation marks and backslashes", 'a"\\b', "\\"],
])("an event comes back as it was sent: %s", async (_, id, from) => {
  const row = await stored(sms(id, { data: { from }, segments: 2 }));
  expect(row).toMatchObject({
    time: "2026-10-10 12:00:00+00",
    received_at: "2026-10-20 12:00:00+00",
    revision: 1,
    cut: 1,
    mode: "l",
    subject: "acme-otp",
  });
  expect(JSON.parse(row.data)).toEqual({ direction: "outbound", segments: 2, status: "delivered" });
  expect(JSON.parse(row.personal)).toEqual({ from, to: "4915112345678" });
});

test("charges come back to the last digit, by our reader and by the SQL function", async () => {
  const line = sms("many", { segments: "123456789012345" });
  const candidate = world.prepare(line);
  if (!isRated(candidate)) throw new Error("it is rated");
  const { charges } = await stored(line);
  const ours = chargesFromText(charges);
  expect(ours.map(({ billed, amount, base }) => [billed, amount, base])).toEqual([
    [123_456_789_012_345n, 1_234_567_890_123_450_000_000_000n, null],
    [0n, 123_456_789_012_345_000_000_000n, 1_234_567_890_123_450_000_000_000n],
  ]);
  const sql = await world.rows<{ billed: string; amount_pico: string; base_pico: string | null }>(
    `select c.* from event, charges_of(charges) c where id = 'many' order by ordinal`,
  );
  expect(sql.map((row) => [row.billed, row.amount_pico, row.base_pico])).toEqual(
    ours.map(({ billed, amount, base }) => [
      `${billed}`,
      `${amount}`,
      base === null ? null : `${base}`,
    ]),
  );
});

test("what an event adds to usage is kept with it, beyond 32 bits too", async () => {
  await world.commit([sms("much", { segments: "123456789012345" })]);
  const [row] = await world.rows(
    `select measured, (usage_tuple = (select tuple from usage where quantity > 99999999)) as same
      from event where id = 'much'`,
  );
  expect(row).toEqual({ measured: "123456789012345", same: true });
});

test("a number with more digits than a double is kept as text", async () => {
  const data = { attributes: { ratio: 0 } };
  const line = sms("exact", { data }).replace('"ratio":0', '"ratio":0.12345678901234567890');
  expect(JSON.parse((await stored(line)).data).attributes).toEqual({
    ratio: "0.1234567890123456789",
  });
});
