/** A session that is due, together with what its records say. */
import type { AssembledSession } from "@counterpart/domain/sessions/assemble-session.ts";
import type { ExpiryCause, SessionState } from "./session-columns.repo.ts";
import type { AssembledEvent, DueSession, FixedEvent } from "./sessions.repo.ts";

export interface LookedSession {
  readonly session: DueSession;
  readonly assembled: AssembledSession;
  readonly event: AssembledEvent;
  /** Why it counts as ended without its stop; null when it has one. */
  readonly expiry: ExpiryCause | null;
}

export function endStateOf({ assembled }: LookedSession): SessionState {
  return assembled.isStopped ? "stopped" : "expired";
}

/** Its event as it is written down before it is handed over. */
export function toFixed(looked: LookedSession): FixedEvent {
  const { session, event, expiry, assembled } = looked;
  const { findings } = assembled;
  return { ...event, key: session.key, state: endStateOf(looked), expiry, findings };
}
