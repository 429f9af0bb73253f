/** Nothing vanishes: what was received is accounted for, to the event (design: six promises). */

/** Counts of one source and UTC day of receipt. */
export interface IntakeAccount {
  readonly source: string | null;
  readonly day: string;
  readonly received: bigint;
  readonly accepted: bigint;
  readonly duplicate: bigint;
  readonly conflicting: bigint;
  readonly quarantined: bigint;
  readonly refused: bigint;
  /** Events that are stored. */
  readonly events: bigint;
  /** Events that wait in quarantine. */
  readonly pending: bigint;
}

export interface Imbalance {
  readonly source: string | null;
  readonly day: string;
  /** Which identity does not hold, with its figures. */
  readonly what: string;
}

/** The identities that do not hold; none when everything received is accounted for. */
export function findImbalances(accounts: readonly IntakeAccount[]): Imbalance[] {
  return accounts.flatMap((account) => {
    const { source, day, received, accepted, duplicate, conflicting, quarantined, refused } =
      account;
    const outcomes = accepted + duplicate + conflicting + quarantined + refused;
    const broken: Imbalance[] = [];
    const state = (holds: boolean, what: string): void => {
      if (!holds) broken.push({ source, day, what });
    };
    state(received === outcomes, `received ${received}, outcomes ${outcomes}`);
    state(accepted === account.events, `accepted ${accepted}, events stored ${account.events}`);
    state(
      quarantined === account.pending,
      `quarantined ${quarantined}, waiting ${account.pending}`,
    );
    return broken;
  });
}
