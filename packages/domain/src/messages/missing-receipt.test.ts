import { expect, test } from "vitest";
import { BUILT_IN_TYPES } from "../events/built-in-types.ts";
import type { EventType } from "../events/event-type.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { missingReceipt, receiptId, receiptTypes } from "./missing-receipt.ts";

const SENT = parseInstant("2026-10-05T00:00:00Z");
const AFTER_72 = (SENT + 72 * 3_600_000) as Instant;
const RULE = { noDlrAfterHours: 72 };
const SMS = receiptTypes(BUILT_IN_TYPES).find(({ message }) => message === "sms.message")!;
const message = (status: string) => ({
  type: "sms.message",
  id: "m-1",
  data: { direction: "outbound", segments: 2, status, unheardOf: true },
});

test("every built-in message has its type of receipts", () => {
  const found = receiptTypes(BUILT_IN_TYPES).map(({ receipt, id }) => [receipt, id]);
  expect(found).toEqual([
    ["sms.receipt", "{messageId}/{after}"],
    ["mms.receipt", "{messageId}/{after}"],
    ["rcs.receipt", "{messageId}/{after}"],
  ]);
});

test("a message that is on its way when its hours end is unconfirmed, by what it said itself", () => {
  expect(missingReceipt(SMS, message("submitted"), SENT, RULE, AFTER_72)).toEqual({
    id: "m-1/submitted",
    type: "sms.receipt",
    data: {
      direction: "outbound",
      segments: 2,
      messageId: "m-1",
      after: "submitted",
      status: "unconfirmed",
    },
  });
});

test("what a receipt left on its way is unconfirmed by the receipt", () => {
  const data = { messageId: "m-1", after: "submitted", status: "accepted" };
  const receipt = { type: "sms.receipt", id: "m-1/submitted", data };
  expect(missingReceipt(SMS, receipt, SENT, RULE, AFTER_72)).toMatchObject({
    id: "m-1/accepted",
    data: { messageId: "m-1", after: "accepted", status: "unconfirmed" },
  });
});

test.each`
  status           | milliseconds | because
  ${"submitted"}   | ${-1}        | ${"its hours are not over"}
  ${"delivered"}   | ${0}         | ${"it has ended"}
  ${"received"}    | ${0}         | ${"it is here"}
  ${"unconfirmed"} | ${0}         | ${"that is said already"}
`("nothing is reported of a message that is $status: $because", ({ status, milliseconds }) => {
  const now = (AFTER_72 + milliseconds) as Instant;
  expect(missingReceipt(SMS, message(status), SENT, RULE, now)).toBeNull();
});

test("receipts whose id is made of anything else are left to their platform", () => {
  const type = (id: string): EventType => ({ ...BUILT_IN_TYPES["sms.receipt"]!, id });
  const idOf = (id: string) =>
    receiptTypes({ r: type(id) }).map((one) => receiptId(one, "m", "sent"));
  expect(idOf("{after}:{messageId}")).toEqual(["sent:m"]);
  expect(idOf("{messageId}")).toEqual([]);
  expect(idOf("{messageId}/{after}/{carrier}")).toEqual([]);
});
