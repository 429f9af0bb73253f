import type { Explanation } from "@counterpart/domain/explain/explained.ts";
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "../platform/database.ts";
import { explainCharge, explainEvent } from "./explain-event.ts";
import { explainLine, explainStatement, STATEMENT_ID } from "./explain-line.ts";

const LINE = /^stm_\d{4}-\d{2}_[^/]+\/\d+$/;
const CHARGE = /#\d+$/;

/**
 * Whatever a reference names: an event (`key` or `source/id`), one of its charges (`…#2`), a
 * statement (`stm_2026-10_acme`) or a line of it (`…/3`). Refuses `explain.not-found`.
 */
export async function explain(db: Db, ref: string): Promise<Explanation> {
  if (STATEMENT_ID.test(ref)) return await explainStatement(db, ref);
  if (LINE.test(ref)) return await explainLine(db, ref);
  if (!CHARGE.test(ref)) return await explainEvent(db, ref);
  try {
    return await explainCharge(db, ref);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "explain.not-found") throw error;
    // The id of an event may itself end like that.
    return await explainEvent(db, ref);
  }
}
