import { nearNames } from "@counterpart/domain/near-names.ts";
import { REFUSALS, Refusal } from "@counterpart/domain/refusals.ts";

/** Refuses `quarantine.code-unknown`, which a mistyped code would else be: a reason that none waits for. */
export function checkReason(code: string): string {
  if (Object.hasOwn(REFUSALS, code)) return code;
  const near = nearNames(code.slice(0, 100), Object.keys(REFUSALS));
  throw new Refusal("quarantine.code-unknown", {
    code: code.slice(0, 100),
    ...(near.length === 0 ? {} : { near: near.join(", ") }),
  });
}
