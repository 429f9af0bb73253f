import { createReadStream } from "node:fs";
import type { Source } from "@counterpart/domain/catalogue/source.ts";
import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { expect, test } from "vitest";
import type { FileRecord } from "./file-record.ts";
import { recordReader } from "./record-reader.ts";

async function recordsOf(
  source: Source | null,
  bytes: string | AsyncIterable<Uint8Array>,
): Promise<FileRecord[]> {
  async function* inOne(): AsyncGenerator<Buffer> {
    yield Buffer.from(bytes as string);
  }
  const named = source === null ? null : { name: "pbx", source };
  const read = recordReader(named, (type) => BUILT_IN_TYPES[type]);
  const records: FileRecord[] = [];
  for await (const batch of read(typeof bytes === "string" ? inOne() : bytes)) {
    records.push(...batch);
  }
  return records;
}

function fixture(name: string): AsyncIterable<Uint8Array> {
  return createReadStream(new URL(`fixtures/${name}`, import.meta.url));
}

/** The event of each record, or `line: reason`. */
function eventsOf(records: readonly FileRecord[]): unknown[] {
  return records.map((record) => {
    if ("body" in record) return JSON.parse(record.body);
    return "problem" in record ? `${record.line}: ${record.problem}, ${record.detail}` : record;
  });
}

const VOICE = { specversion: "1.0", source: "pbx", type: "voice.call" };

test("CloudEvents go on as they are written", async () => {
  const line = '{"id":"1","source":"a","data":{"n":0.10000000000000000001}}';
  const expected = [{ line: 2, through: 2, body: line }];
  expect(await recordsOf(null, `\n${line}\n`)).toEqual(expected);
  expect(await recordsOf({ reader: "cloudevents" }, `\n${line}\n`)).toEqual(expected);
  expect(await recordsOf(null, `[\n${line}]`)).toEqual([{ line: 2, through: 1, body: line }]);
});

test("a FreeSWITCH record is a call, to the millisecond and in UTC", async () => {
  const [event] = eventsOf(
    await recordsOf({ reader: "freeswitch" }, fixture("freeswitch-call.json")),
  );
  expect(event).toEqual({
    ...VOICE,
    id: "7c9f8b1a-3f0e-4d57-9c9a-51a1c7a2d001",
    subject: "trunk-4101",
    time: "2026-10-25T00:30:03.999Z",
    data: {
      direction: "inbound",
      from: "+493023125001",
      to: "00442079460123",
      status: "answered",
      durationSeconds: "67.54",
      callId: "7c9f8b1a-3f0e-4d57-9c9a-51a1c7a2d001",
      hangupCause: "NORMAL_CLEARING",
    },
  });
});

function freeswitchRecord(variables: Readonly<Record<string, string>>): string {
  const common = { uuid: "u1", start_uepoch: "1792888200000000", destination_number: "800" };
  return JSON.stringify({ variables: { ...common, ...variables } });
}

const ANSWER = { answer_uepoch: "1792888201000000" };

test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>]>([
  [
    "microseconds are rounded half up",
    { ...ANSWER, billusec: "1500" },
    { durationSeconds: "0.002" },
  ],
  [
    "milliseconds come second",
    { ...ANSWER, billmsec: "1501", billsec: "9" },
    { durationSeconds: "1.501" },
  ],
  ["whole seconds come last", { ...ANSWER, billsec: "9" }, { durationSeconds: "9" }],
  [
    "without any, from answer to end",
    { ...ANSWER, end_uepoch: "1792888202000600" },
    { durationSeconds: "1.001" },
  ],
  [
    "only an epoch",
    { answer_epoch: "1792888201", billsec: "3" },
    { durationSeconds: "3", status: "answered" },
  ],
  [
    "an answer of 0 is none",
    { answer_uepoch: "0", billusec: "5", hangup_cause: "USER_BUSY" },
    { durationSeconds: "0", status: "busy" },
  ],
  ["nobody answered", { hangup_cause: "NO_ANSWER" }, { status: "noAnswer" }],
  ["the caller gave up", { hangup_cause: "ORIGINATOR_CANCEL" }, { status: "cancelled" }],
  ["any other cause", { hangup_cause: "CALL_REJECTED" }, { status: "failed" }],
  ["leg B", { direction: "outbound", call_uuid: "u0" }, { direction: "outbound", callId: "u0" }],
  ["no direction", {}, { direction: "outbound" }],
  [
    "URL-encoded variables",
    { start_stamp: "2026-10-25%2002%3A30%3A00", caller_id_number: "%2B4930" },
    { from: "+4930" },
  ],
  ["percent signs of variables that are not", { caller_id_number: "%2B4930" }, { from: "%2B4930" }],
])("FreeSWITCH: %s", async (_, variables, expected) => {
  const text = freeswitchRecord(variables);
  const [event] = eventsOf(await recordsOf({ reader: "freeswitch" }, text));
  expect((event as { data: unknown }).data).toMatchObject(expected);
});

test("a FreeSWITCH record that is no call is told, and its neighbours are read", async () => {
  const lines = [
    freeswitchRecord({}),
    "{}",
    freeswitchRecord({ destination_number: "" }),
    freeswitchRecord({ start_uepoch: "soon" }),
    freeswitchRecord({ ...ANSWER, billusec: "-5" }),
    freeswitchRecord(ANSWER),
    '{"variables":',
    "[1]",
    freeswitchRecord({ uuid: "u2" }),
  ];
  const events = eventsOf(await recordsOf({ reader: "freeswitch" }, lines.join("\n")));
  expect(events.filter((event) => typeof event === "string")).toEqual([
    "2: event.malformed-record, no uuid",
    "3: event.malformed-record, no destination_number",
    "4: event.malformed-record, no time of answer or start",
    "5: event.malformed-record, billusec is not a whole number",
    "6: event.malformed-record, no duration",
    "7: event.unreadable, not a JSON object",
    "8: event.unreadable, not a JSON object",
  ]);
  expect(events).toHaveLength(lines.length);
});

test("a source says what the directions of its switch mean", async () => {
  const source: Source = { reader: "freeswitch", direction: { map: { inbound: "outbound" } } };
  const lines = [freeswitchRecord({ direction: "inbound" }), freeswitchRecord({})].join("\n");
  const directions = eventsOf(await recordsOf(source, lines)).map(
    (event) => (event as { data: { direction: string } }).data.direction,
  );
  expect(directions).toEqual(["outbound", "outbound"]);
});

const ASTERISK: Source = {
  reader: "asterisk",
  timeZone: "Europe/Berlin",
  direction: { map: { inbound: "inbound" } },
};

test("Master.csv is read with 16 and with 18 fields", async () => {
  const events = eventsOf(await recordsOf(ASTERISK, fixture("asterisk-master.csv")));
  const of = (at: number) => events[at] as Record<string, unknown>;
  expect(events).toHaveLength(5);
  expect(of(0)).toMatchObject({ subject: "1234", time: "2006-03-27T14:05:00Z" });
  expect(of(0).id).toMatch(/^[0-9a-f-]{36}\.1$/);
  expect(of(3)).toEqual({
    ...VOICE,
    id: "1598518936.86",
    time: "2020-08-27T09:02:20Z",
    data: {
      direction: "outbound",
      from: "8001",
      to: "8002",
      status: "answered",
      durationSeconds: "5",
      callId: "1598518936.86",
    },
  });
  expect(of(4)).toMatchObject({ data: { direction: "inbound", from: "anonymous" } });
});

const LEG =
  '"trunk-7","02079460001","02079460123","out","","SIP/a-1","SIP/b-2","Dial","x,,tT",' +
  '"2026-01-05 10:00:00",';

test.each<[string, string, Readonly<Record<string, unknown>> | string]>([
  [
    "uniqueid alone",
    `${LEG}"2026-01-05 10:00:02","2026-01-05 10:00:07",7,5,"ANSWERED","B","176.1"`,
    { id: "176.1" },
  ],
  ["userfield alone", `${LEG}"","",7,0,"NO ANSWER","B","note"`, { data: { status: "noAnswer" } }],
  [
    "all 21 fields",
    `${LEG}"","",7,0,"BUSY","B","pbx-176.1","","","176.0","42"`,
    { id: "pbx-176.1-42", data: { status: "busy", callId: "176.0" } },
  ],
  [
    "without an answer, from the start",
    `${LEG}"","",7,0,"FAILED","B","1.1",""`,
    { time: "2026-01-05T09:00:00Z" },
  ],
  [
    "15 fields",
    `${LEG}"","",7,0,"FAILED"`,
    "1: event.malformed-record, 15 fields where Asterisk writes 16 to 21",
  ],
  [
    "an unknown disposition",
    `${LEG}"","",7,0,"LOST","B"`,
    '1: event.malformed-record, disposition "LOST"',
  ],
  [
    "a broken time",
    `${LEG}"2026-01-05","",7,5,"ANSWERED","B"`,
    '1: event.malformed-record, time "2026-01-05"',
  ],
  ["a broken billsec", `${LEG}"","",7,-5,"FAILED","B"`, '1: event.malformed-record, billsec "-5"'],
])("Asterisk: %s", async (_, line, expected) => {
  const [event] = eventsOf(await recordsOf(ASTERISK, line));
  if (typeof expected === "string") expect(event).toBe(expected);
  else expect(event).toMatchObject(expected);
});

test("Asterisk and local times need the zone of their source", async () => {
  const refused = { code: "import.time-zone-missing" };
  await expect(recordsOf({ reader: "asterisk" }, "")).rejects.toMatchObject(refused);
  const { timeZone: _, ...without } = BILLING;
  await expect(recordsOf(without, HEADER)).rejects.toMatchObject(refused);
});

/** A made-up billing export: semicolons, comments, local times, recoded words. */
const BILLING: Source = {
  reader: "csv",
  timeZone: "Europe/Stockholm",
  csv: {
    delimiter: ";",
    comment: "#",
    id: { column: "ref" },
    type: "voice.call",
    subject: { column: "customer" },
    time: { column: "answered", orElse: "started", format: "dayMonthYear" },
    data: {
      direction: { value: "outbound" },
      from: { column: 4 },
      to: { column: "to" },
      status: { column: "cause", map: { "16": "answered", "17": "busy" }, otherwise: "failed" },
      durationSeconds: { column: "length", format: "clock" },
      carrier: { column: "route" },
    },
  },
};
const HEADER = "ref;customer;started;from;to;answered;cause;length;route\n";

test("any CSV is read by the mapping of its source", async () => {
  const text = [
    "# exported",
    HEADER.trim(),
    'c1;"acme; north";01.07.2026 12:00:00;;+46700000001;01.07.2026 12:00:09;16;00:01:05;swift',
    "#c2;acme;01.07.2026 12:00:00;;1;;16;00:00:00;",
    "c3;acme;01.07.2026 12:00:00;1001;+46700000002;;99;00:00:00;",
  ].join("\r\n");
  expect(eventsOf(await recordsOf(BILLING, text))).toEqual([
    { line: 1, through: 1, skipped: true },
    {
      ...VOICE,
      id: "c1",
      subject: "acme; north",
      time: "2026-07-01T10:00:09Z",
      data: {
        direction: "outbound",
        from: "",
        to: "+46700000001",
        status: "answered",
        durationSeconds: "65",
        carrier: "swift",
      },
    },
    { line: 4, through: 4, skipped: true },
    expect.objectContaining({
      time: "2026-07-01T10:00:00Z",
      data: {
        direction: "outbound",
        from: "1001",
        to: "+46700000002",
        status: "failed",
        durationSeconds: "0",
      },
    }),
  ]);
});

test("a record that does not fit the mapping is told, and its neighbours are read", async () => {
  const good = "c1;acme;01.07.2026 12:00:00;1;2;;16;00:00:05;";
  const text = [
    HEADER.trim(),
    good,
    "c2;acme;01.07.2026 12:00:00;1;2",
    "c3;acme;yesterday;1;2;;16;00:00:05;",
    "c4;acme;01.07.2026 12:00:00;1;2;;16;5;",
    `c5;"acme;01.07.2026`,
    good,
    good.replace("acme", '"ac"me'),
    good.replaceAll("c1", "\u0000".repeat(70_000)),
  ].join("\n");
  const events = eventsOf(await recordsOf(BILLING, text));
  expect(events.filter((event) => typeof event === "string")).toEqual([
    "3: event.malformed-record, 5 fields where there are 9 columns",
    '4: event.malformed-record, time "yesterday" is not dayMonthYear',
    '5: event.malformed-record, durationSeconds "5" is not clock',
    "6: event.malformed-record, a quote is opened and not closed",
    "8: event.malformed-record, text after a closing quote",
    "9: event.too-large, a line of over 65536 bytes",
  ]);
  expect(events).toHaveLength(8);
});

test.each<[string, string]>([
  ["a column is missing", HEADER.replace("cause", "reason")],
  ["a column is there twice", HEADER.replace("route", "cause")],
  ["the delimiter is another one", HEADER.replaceAll(";", ",")],
])("nothing is read when %s", async (_, header) => {
  await expect(recordsOf(BILLING, `${header}c1;a;b`)).rejects.toMatchObject({
    code: "import.columns-missing",
  });
});

test("records without an id are known by their fields, however they are quoted", async () => {
  const csv = {
    columns: ["at", "to"],
    type: "voice.call",
    time: { column: "at" },
    data: { to: { column: "to" } },
  };
  const text = '2026-07-01T12:00:00Z,1\n"2026-07-01T12:00:00Z",1\n2026-07-01T12:00:00Z,2\n';
  const ids = eventsOf(await recordsOf({ reader: "csv", csv }, text)).map(
    (event) => (event as { id: string }).id,
  );
  expect(ids[1]).toBe(ids[0]!.replace(/1$/, "2"));
  expect(ids[2]).toMatch(/\.1$/);
  expect(new Set(ids).size).toBe(3);
});

test.each<[string, Source | null]>([
  ["CloudEvents", null],
  ["FreeSWITCH", { reader: "freeswitch" }],
  ["Asterisk", ASTERISK],
  ["CSV", BILLING],
])("an empty file of %s has no records", async (_, source) => {
  expect(await recordsOf(source, "")).toEqual([]);
});
