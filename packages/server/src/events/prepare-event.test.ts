import { afterAll, beforeAll, expect, test } from "vitest";
import { type IngestWorld, openIngestWorld, sms } from "./fixtures/ingest-world.ts";

let world: IngestWorld;
beforeAll(async () => {
  world = await openIngestWorld();
});
afterAll(() => world.drop());

const CALL = { direction: "outbound", from: "+4930123456", to: "+4915112345678" };

function call(data: object, change = (text: string) => text): unknown {
  const text = sms("1").replace("sms.message", "voice.call");
  const body = { ...JSON.parse(text), data: { ...CALL, status: "answered", ...data } };
  const { verdict } = world.prepare(change(JSON.stringify(body)));
  return "quarantined" in verdict ? [verdict.quarantined, verdict.detail] : "rated";
}

const LONG = "1234567890123456789012345678901234567890";
const A_NUMBER = "a number of zero or more, at most 15 digits before the point and 12 after it";

test.each`
  data                                             | detail
  ${{ durationSeconds: "12:30" }}                  | ${`/durationSeconds must be ${A_NUMBER}`}
  ${{ durationSeconds: -1 }}                       | ${`/durationSeconds must be ${A_NUMBER}`}
  ${{ durationSeconds: 1, surprise: 1 }}           | ${"/surprise is no field of this type"}
  ${{}}                                            | ${"/durationSeconds is missing"}
  ${{ durationSeconds: 1, attributes: { a: [] } }} | ${"/attributes/a must be string or number or boolean or null"}
`("data that does not fit says what would: $detail", ({ data, detail }) => {
  expect(call(data)).toEqual(["event.data-invalid", detail]);
});

test("a number with too many digits is told as that", () => {
  expect(call({ durationSeconds: 7 }, (text) => text.replace(":7", `:${LONG}`))).toEqual([
    "event.data-invalid",
    `/durationSeconds must be ${A_NUMBER} (a number of over 15 digits is checked as its text)`,
  ]);
});
