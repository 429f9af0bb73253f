import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "../platform/database.ts";
import { findSession, type WholeSession } from "./session-views.repo.ts";

/** Refuses `session.unknown`. */
export async function loadSession(db: Db, key: string): Promise<WholeSession> {
  const session = await findSession(db, key);
  if (session === null) throw new Refusal("session.unknown", { key });
  return session;
}
