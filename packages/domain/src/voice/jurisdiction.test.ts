import { expect, test } from "vitest";
import { exchangeTable } from "../catalogue/exchange-table.ts";
import { stateByAreaCode } from "./area-codes.ts";
import { type FoundJurisdiction, type Jurisdiction, jurisdictionOf } from "./jurisdiction.ts";
import { stateOfExchange } from "./state-of-exchange.ts";

test.each<[string | undefined, string | undefined, Jurisdiction]>([
  ["12125550100", "17185550100", "intra"],
  ["12125550100", "12015550100", "inter"],
  ["12025550100", "17715550100", "intra"],
  ["17875550100", "19395550100", "intra"],
  ["17875550100", "13055550100", "inter"],
  [undefined, "12125550100", "indeterminate"],
  ["18005550100", "12125550100", "indeterminate"],
  ["14165550100", "12125550100", "indeterminate"],
  ["442079460000", "12125550100", "indeterminate"],
  ["12121550100", "12125550100", "indeterminate"],
  ["12125550100", "18765550100", "indeterminate"],
  ["12125550100", undefined, "indeterminate"],
])("from %s to %s is %s", (caller, called, jurisdiction) => {
  expect(jurisdictionOf(caller, called, stateByAreaCode).is).toBe(jurisdiction);
});

const TABLE = exchangeTable([
  { code: "212", state: "NY" },
  { code: "423", state: "TN" },
  { code: "423239", state: "VA" },
  { code: "4232391", state: "TN" },
  { code: "276669", state: "VA" },
]);

test.each<[string, string, FoundJurisdiction]>([
  ["14235550100", "12766690100", { is: "inter", from: "TN", to: "VA" }],
  ["14232390100", "12766690100", { is: "intra", from: "VA", to: "VA" }],
  ["14232391100", "12766690100", { is: "inter", from: "TN", to: "VA" }],
  ["12766690100", "12765550100", { is: "indeterminate", from: "VA", to: "" }],
  ["12015550100", "12125550100", { is: "indeterminate", from: "", to: "NY" }],
  ["", "18005550100", { is: "indeterminate", from: "", to: "" }],
])("by a table, the longest code tells the state: from %s to %s", (caller, called, found) => {
  expect(jurisdictionOf(caller, called, stateOfExchange(TABLE))).toEqual(found);
});
