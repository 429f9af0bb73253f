import fc from "fast-check";
import { expect, test } from "vitest";
import type { DeliveryState } from "../catalogue/charge-on.ts";
import { type Instant, parseInstant } from "../instant.ts";
import { deliveryDues, WHOLE_PRICE } from "./delivery-dues.ts";
import { deliveryState, type Receipt } from "./delivery-state.ts";

const SENT = parseInstant("2026-10-01T00:00:00Z");
const hour = (hours: number): Instant => (SENT + hours * 3_600_000) as Instant;
const said = (status: DeliveryState, at: number): Receipt => ({ status, time: hour(at) });
const RULE = { noDlrAfterHours: 72 };

test.each<[DeliveryState, number, Receipt[], string]>([
  ["submitted", 1, [], "nothing was heard"],
  ["submitted", 71, [], "not yet 72 hours"],
  ["unconfirmed", 72, [], "72 hours have passed"],
  ["accepted", 2, [said("accepted", 1)], "the carrier took it"],
  ["unconfirmed", 80, [said("accepted", 1)], "and said no more"],
  ["delivered", 2, [said("delivered", 1)], "delivered"],
  ["delivered", 99, [said("delivered", 98)], "delivered late, and learnt late"],
  ["delivered", 9, [said("expired", 5), said("delivered", 3)], "the earlier of two ends"],
  ["delivered", 9, [said("expired", 3), said("delivered", 3)], "delivered, of two at once"],
  ["read", 9, [said("read", 4)], "read, and never said to be delivered"],
  ["submitted", 1, [said("delivered", 2)], "what lies ahead is not known"],
])("a message is %s after %i hours with %j: %s", (state, hours, receipts) => {
  expect(deliveryState(SENT, receipts, RULE, hour(hours))).toBe(state);
});

test("a state that is not final for the contract leaves the message on its way", () => {
  const rule = { finalStates: ["delivered", "expired"] } as const;
  expect(deliveryState(SENT, [said("undelivered", 1)], rule, hour(500))).toBe("accepted");
});

test("S12: 15 of 1,000 messages without a receipt in 72 hours count as the contract says", () => {
  const groups: readonly (readonly [count: number, receipts: Receipt[]])[] = [
    [900, [said("delivered", 1)]],
    [60, [said("undelivered", 1)]],
    [25, [said("expired", 48)]],
    [15, []],
  ];
  const charged = (treatMissingDlrAs: "delivered" | "undelivered") => {
    const dues = deliveryDues({ policy: "onDelivered", treatMissingDlrAs });
    return groups
      .filter(([, receipts]) => {
        const state = deliveryState(SENT, receipts, RULE, hour(72));
        return dues.get(state)?.share === WHOLE_PRICE;
      })
      .reduce((sum, [count]) => sum + count, 0);
  };
  expect(charged("delivered")).toBe(915);
  expect(charged("undelivered")).toBe(900);
});

const receipt = fc.record({
  status: fc.constantFrom<DeliveryState>("accepted", "delivered", "expired", "rejected", "read"),
  time: fc.integer({ min: 0, max: 5 }).map(hour),
});

test("the order in which receipts are learnt changes nothing", () => {
  fc.assert(
    fc.property(fc.array(receipt, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (all, keys) => {
      const shuffled = all
        .map((each) => ({ each, key: keys.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);
      expect(deliveryState(SENT, shuffled, RULE, hour(6))).toBe(
        deliveryState(SENT, all, RULE, hour(6)),
      );
    }),
  );
});
