import { expect, test } from "vitest";
import { type Jurisdiction, jurisdictionOf } from "./jurisdiction.ts";

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
  expect(jurisdictionOf(caller, called)).toBe(jurisdiction);
});
