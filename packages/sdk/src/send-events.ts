/** Sends usage events: in batches, retried until each has an outcome, safe to send again. */

/** A CloudEvents 1.0 event. Decimals may be texts, so that no digit is lost. */
export interface UsageEvent {
  /** Unique for ever within its source. The same event sent again is a duplicate, never counted twice. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** Account or alias. */
  readonly subject?: string;
  /** RFC 3339 with a zone. */
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface EventOutcome {
  readonly id: string | null;
  readonly outcome: "accepted" | "duplicate" | "conflicting" | "quarantined" | "refused";
  /** Why, for quarantined and refused events. */
  readonly code?: string;
}

export interface Connection {
  /** Such as `http://127.0.0.1:8787`. */
  readonly url: string;
  /** An API key with the scope `events:write`. */
  readonly key: string;
  /** Attempts for each batch before it is given up; default 6, over about 30 s. */
  readonly attemptsMax?: number;
}

/** A batch was given up: what came before it is stored, the rest is to be sent again. */
export class SendFailed extends Error {
  override readonly name = "SendFailed";
  /** Events that have an outcome; sending goes on after them. */
  readonly sent: number;
  constructor(sent: number, cause: unknown) {
    super(`sending stopped after ${sent} events`, { cause });
    this.sent = sent;
  }
}

const BATCH_EVENTS = 500;
const FIRST_DELAY_MS = 500;

/** Yields the outcome of each event, in order. Throws SendFailed when the server stays away. */
export async function* sendEvents(
  connection: Connection,
  events: Iterable<UsageEvent> | AsyncIterable<UsageEvent>,
): AsyncGenerator<EventOutcome, void, undefined> {
  let sent = 0;
  let batch: UsageEvent[] = [];
  const flush = async (): Promise<readonly EventOutcome[]> => {
    try {
      return await sendBatch(connection, batch);
    } catch (error) {
      throw new SendFailed(sent, error);
    }
  };
  for await (const event of events) {
    batch.push(event);
    if (batch.length < BATCH_EVENTS) continue;
    yield* await flush();
    sent += batch.length;
    batch = [];
  }
  if (batch.length > 0) yield* await flush();
}

async function sendBatch(
  { url, key, attemptsMax = 6 }: Connection,
  batch: readonly UsageEvent[],
): Promise<readonly EventOutcome[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(new URL("/v1/events", url), {
        method: "POST",
        headers: {
          authorization: `Bearer ${key}`,
          "content-type": "application/cloudevents-batch+json",
        },
        body: JSON.stringify(batch.map((event) => ({ specversion: "1.0", ...event }))),
      });
      if (response.ok) return ((await response.json()) as { data: EventOutcome[] }).data;
      const problem = await response.text();
      const again = response.status === 429 || response.status >= 500;
      if (!again || attempt === attemptsMax) throw new Error(`${response.status}: ${problem}`);
    } catch (error) {
      // A lost connection is no TypeError of ours: the same batch may be sent again, ids make it safe.
      if (!(error instanceof TypeError) || attempt === attemptsMax) throw error;
    }
    const delay = FIRST_DELAY_MS * 2 ** (attempt - 1);
    await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random() / 2)));
  }
}
