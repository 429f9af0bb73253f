import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { findWebhookFault, signWebhook, type WebhookFault } from "./webhook-signature.ts";

/** Cases of the Standard Webhooks libraries, as facts. */
const caseSchema = z.discriminatedUnion("kind", [
  z.object({
    id: z.string(),
    kind: z.literal("webhook.sign"),
    input: z.object({
      secret: z.string(),
      msg_id: z.string(),
      timestamp: z.int(),
      payload: z.string(),
    }),
    expected: z.object({ signature: z.string() }),
  }),
  z.object({
    id: z.string(),
    kind: z.literal("webhook.verify"),
    input: z.object({
      secret: z.string(),
      headers: z.record(z.string(), z.string()),
      payload: z.string(),
      now: z.int(),
      tolerance_seconds: z.int(),
    }),
    expected: z.union([z.object({ valid: z.literal(true) }), z.object({ reason: z.string() })]),
  }),
]);

const FAULTS: Readonly<Record<string, WebhookFault>> = {
  missing_header: "header-missing",
  no_matching_signature: "signature-wrong",
  timestamp_too_old: "timestamp-too-old",
  timestamp_too_new: "timestamp-too-new",
  empty_secret: "secret-empty",
};

const file = new URL("fixtures/standard-webhooks.jsonl", import.meta.url);
const cases = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => caseSchema.parse(JSON.parse(line)));

test("there are 11 cases of the Standard Webhooks libraries", () => {
  expect(cases).toHaveLength(11);
});

test.each(cases.map((one) => [one.id, one] as const))("%s", (_, one) => {
  if (one.kind === "webhook.sign") {
    const { secret, msg_id: id, timestamp: sentAtSeconds, payload } = one.input;
    expect(signWebhook(secret, { id, sentAtSeconds, payload })).toBe(one.expected.signature);
    return;
  }
  const { secret, headers, payload, now: nowSeconds, tolerance_seconds } = one.input;
  const clock = { nowSeconds, toleranceSeconds: tolerance_seconds };
  const fault = "valid" in one.expected ? null : FAULTS[one.expected.reason];
  expect(findWebhookFault(secret, { headers, payload }, clock)).toBe(fault);
});

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const MESSAGE = { id: "msg_1", sentAtSeconds: 1_000_000, payload: '{"statement":"2026-10"}' };
const SIGNED = {
  "Webhook-Id": MESSAGE.id,
  "Webhook-Timestamp": String(MESSAGE.sentAtSeconds),
  "Webhook-Signature": signWebhook(SECRET, MESSAGE),
};

test.each`
  because                            | change                            | payload            | now          | fault
  ${"what was signed is genuine"}    | ${{}}                             | ${MESSAGE.payload} | ${1_000_000} | ${null}
  ${"300 seconds are still in time"} | ${{}}                             | ${MESSAGE.payload} | ${1_000_300} | ${null}
  ${"301 seconds are not"}           | ${{}}                             | ${MESSAGE.payload} | ${1_000_301} | ${"timestamp-too-old"}
  ${"nor before"}                    | ${{}}                             | ${MESSAGE.payload} | ${999_699}   | ${"timestamp-too-new"}
  ${"a byte more is other content"}  | ${{}}                             | ${"{ }"}           | ${1_000_000} | ${"signature-wrong"}
  ${"the id is signed, too"}         | ${{ "Webhook-Id": "msg_2" }}      | ${MESSAGE.payload} | ${1_000_000} | ${"signature-wrong"}
  ${"a time is in whole seconds"}    | ${{ "Webhook-Timestamp": "1e6" }} | ${MESSAGE.payload} | ${1_000_000} | ${"timestamp-malformed"}
  ${"an empty header is none"}       | ${{ "Webhook-Signature": "" }}    | ${MESSAGE.payload} | ${1_000_000} | ${"header-missing"}
`("$because", ({ change, payload, now, fault }) => {
  const clock = { nowSeconds: now, toleranceSeconds: 300 };
  const received = { headers: { ...SIGNED, ...change }, payload };
  expect(findWebhookFault(SECRET, received, clock)).toBe(fault);
});

test("without a key nothing is signed", () => {
  expect(() => signWebhook("whsec_", MESSAGE)).toThrow("signed with a key");
});
