import { expect, test } from "vitest";
import type { ChargeOn, ChargePolicy } from "../catalogue/charge-on.ts";
import { deliveryDues, WHOLE_PRICE } from "./delivery-dues.ts";

/** Percent of the price that is due in each state. */
function percents(chargeOn: ChargePolicy | ChargeOn): Record<string, number> {
  return Object.fromEntries(
    Array.from(deliveryDues(chargeOn), ([state, { share }]) => [
      state,
      (share * 100) / WHOLE_PRICE,
    ]),
  );
}

test.each`
  policy                      | submitted | accepted | delivered | read   | undelivered | expired | rejected | failed | unconfirmed | received
  ${"onSubmit"}               | ${100}    | ${100}   | ${100}    | ${100} | ${100}      | ${100}  | ${100}   | ${0}   | ${100}      | ${100}
  ${"onDelivered"}            | ${0}      | ${0}     | ${100}    | ${100} | ${0}        | ${0}    | ${0}     | ${0}   | ${0}        | ${100}
  ${"onSubmitRefundRejected"} | ${100}    | ${100}   | ${100}    | ${100} | ${100}      | ${100}  | ${0}     | ${0}   | ${100}      | ${100}
  ${"onFailed"}               | ${0}      | ${0}     | ${0}      | ${0}   | ${0}        | ${0}    | ${0}     | ${100} | ${0}        | ${0}
  ${"percentEarly"}           | ${25}     | ${100}   | ${100}    | ${100} | ${100}      | ${100}  | ${100}   | ${25}  | ${100}      | ${100}
`("$policy: what is due in each state", ({ policy, ...expected }) => {
  const chargeOn = policy === "percentEarly" ? { policy, percent: "25" } : policy;
  expect(percents(chargeOn)).toEqual(expected);
});

test("a missing receipt counts as the contract says", () => {
  const missing = (treatMissingDlrAs: ChargeOn["treatMissingDlrAs"]) =>
    percents({ policy: "onDelivered", treatMissingDlrAs }).unconfirmed;
  expect(missing("delivered")).toBe(100);
  expect(missing("unknownBillable")).toBe(100);
  expect(missing("undelivered")).toBe(0);
});

test("a state that is not final for the contract owes what a message on its way does", () => {
  const chargeOn: ChargeOn = {
    policy: "onSubmitRefundRejected",
    finalStates: ["delivered", "undelivered", "expired"],
  };
  expect(percents(chargeOn)).toMatchObject({ rejected: 100, delivered: 100 });
});
