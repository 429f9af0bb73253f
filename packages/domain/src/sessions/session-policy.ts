import type { SessionRules } from "../catalogue/source.ts";
import type { UsageMode } from "./session-record.ts";

/** How the sessions of a source are to be read, in milliseconds. */
export interface SessionPolicy {
  readonly usage: UsageMode;
  /**
   * An open session that is silent for so long has ended; null when its source sends no interims.
   */
  readonly silenceMax: number | null;
  /** The longest that a session stays open. */
  readonly lifeMax: number;
  /** A stopped session waits so long for what is missing of it. */
  readonly patience: number;
}

/** Handbook §6: four hours. */
export const SESSION_SECONDS_MAX_DEFAULT = 14_400;
/** What overtook its neighbours on the way comes within seconds. */
const PATIENCE_DEFAULT = 120_000;

/** Interims every 60 s: silent for 120 s is one interim and its successor missed. */
export function sessionPolicy(rules: SessionRules): SessionPolicy {
  const { usage, interimSeconds, maxSessionSeconds = SESSION_SECONDS_MAX_DEFAULT } = rules;
  const silenceMax = interimSeconds === undefined ? null : 2 * interimSeconds * 1000;
  return {
    usage,
    silenceMax,
    lifeMax: maxSessionSeconds * 1000,
    patience: silenceMax ?? PATIENCE_DEFAULT,
  };
}
