import { BUILT_IN_TYPES } from "@counterpart/domain/events/built-in-types.ts";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";

const ajv = new Ajv2020({ strict: true });
const checks = new Map(
  Object.entries(BUILT_IN_TYPES).map(([name, { schema }]) => [name, ajv.compile(schema)]),
);

const CALL = {
  direction: "outbound",
  from: "+4930123456",
  to: "+442079460018",
  status: "answered",
  durationSeconds: 61.25,
};
const SMS = { direction: "outbound", from: "ACME", to: "491511234567", segments: 2 };
const RENTAL = { number: "+4930123456", numberType: "local", country: "DE", months: 1 };

test.each<[string, string, object]>([
  ["a duration in milliseconds' precision", "voice.call", CALL],
  ["a duration as a decimal string", "voice.call", { ...CALL, durationSeconds: "61.250" }],
  ["a call of no length", "voice.call", { ...CALL, durationSeconds: 0 }],
  ["a withheld caller", "voice.call", { ...CALL, from: "" }],
  ["what the platform adds", "voice.call", { ...CALL, attributes: { codec: "opus", loss: 0.1 } }],
  ["a named sender", "sms.message", { ...SMS, status: "delivered" }],
  [
    "a network of three digits",
    "sms.message",
    { ...SMS, status: "expired", mcc: "310", mnc: "260" },
  ],
  ["recipients as a decimal string", "email.message", { recipients: "250" }],
  ["a year of rent", "number.rental", { ...RENTAL, months: 12 }],
])("%s fits %s", (_, type, data) => {
  expect(checks.get(type)!(data)).toBe(true);
});

test.each<[string, string, object]>([
  ["a negative duration", "voice.call", { ...CALL, durationSeconds: -1 }],
  ["a duration with an exponent", "voice.call", { ...CALL, durationSeconds: "6e1" }],
  ["an unknown status", "voice.call", { ...CALL, status: "ANSWERED" }],
  ["a field of another name", "voice.call", { ...CALL, duration: 61 }],
  ["nested attributes", "voice.call", { ...CALL, attributes: { sip: { code: 200 } } }],
  ["half a segment", "sms.message", { ...SMS, status: "delivered", segments: 1.5 }],
  ["no segment", "sms.message", { ...SMS, status: "delivered", segments: 0 }],
  ["a network code as a number", "sms.message", { ...SMS, status: "delivered", mcc: 262 }],
  ["a market by name", "whatsapp.message", whatsappTo("Germany")],
  ["no recipient", "email.message", { recipients: 0 }],
  ["a rental without its number", "number.rental", { ...RENTAL, number: undefined }],
])("%s does not fit %s", (_, type, data) => {
  expect(checks.get(type)!(JSON.parse(JSON.stringify(data)))).toBe(false);
});

function whatsappTo(market: string) {
  return { to: "491511234567", category: "utility", market, status: "delivered" };
}

test.each(Object.entries(BUILT_IN_TYPES))("%s names only fields of its schema", (_, type) => {
  const fields = Object.keys(type.schema.properties as object);
  const named = [
    ...(type.numbers ?? []),
    ...(type.personal ?? []),
    ...Object.values(type.quantities).flatMap(({ field, when }) => [
      ...(field === undefined ? [] : [field]),
      ...Object.keys(when ?? {}),
    ]),
    ...Object.values(type.dimensions).flatMap((rule) =>
      "network" in rule ? [...rule.network] : Object.values(rule),
    ),
  ];
  expect(fields).toEqual(expect.arrayContaining(named));
  for (const rule of Object.values(type.dimensions)) {
    if ("countryOf" in rule) expect(type.numbers).toContain(rule.countryOf);
  }
  const placeholders = type.channel.match(/(?<=\{)\w+(?=\})/g) ?? [];
  expect(Object.keys(type.dimensions)).toEqual(expect.arrayContaining(placeholders));
});
