/** Every bound of the HTTP server, in one place (handbook on reliability §3). */
export const KIB = 1024;
export const MIB = 1024 * KIB;

export const SERVER_LIMITS = {
  /** A whole request; NDJSON streams may be long, and go on after the last throughLine. */
  requestTimeoutMs: 24 * 3_600_000,
  /** Longer than a proxy keeps a connection, so that the proxy is the one to close it. */
  keepAliveTimeoutMs: 75_000,
  headerBytesMax: 16 * KIB,
  headersMax: 100,
  connectionsMax: 10_000,
  pathParameterMax: 2_000,
} as const;

export const BODY_LIMITS = {
  control: 256 * KIB,
  /** Three decks of 170,000 rows, which have 10 MB each. */
  catalogue: 32 * MIB,
  /** A price list of an operator: three times 170,000 rows. */
  deckList: 32 * MIB,
  /** One event or a batch; a single event of more than 64 KiB is refused when it is read. */
  events: MIB,
  batchEvents: 1_000,
  /** Up to 1,000 corrections, each with its event. */
  facts: 4 * MIB,
} as const;

/** How long a client may take, in milliseconds. */
export interface TimeLimits {
  /** The headers of a request must be here within this; looked at each `headersCheckMs`. */
  readonly headersMs: number;
  readonly headersCheckMs: number;
  /** A body that is read whole must be here within this. */
  readonly bodyMs: number;
  /** A stream from which nothing comes for this long, while it is read, is given up. */
  readonly streamIdleMs: number;
}

export const TIME_LIMITS: TimeLimits = {
  headersMs: 10_000,
  headersCheckMs: 2_000,
  bodyMs: 30_000,
  streamIdleMs: 60_000,
};

export const INGEST_LIMITS = {
  /** Single events that wait; beyond, a request is refused before it is parsed. */
  singleWaitingMax: 8_000,
  /** Bytes of bodies that wait for their commit. */
  waitingBytesMax: 128 * MIB,
  /** Answers of a stream that the client has not read; beyond, the server stops reading. */
  unreadAnswerBytesMax: MIB,
  /** Text of a stream that is being committed at once. */
  streamWindowBytesMax: 8 * MIB,
  /** A gzip body may unpack to at most so many times its size. */
  gzipRatioMax: 100,
} as const;

/** Requests of one key within a minute: with events, and all others; of one address: public ones. */
export interface RequestsPerMinute {
  readonly events: number;
  /** For public plans, which need no key. */
  readonly public: number;
  readonly other: number;
}

export const RATE_LIMITS: RequestsPerMinute = { events: 600_000, public: 60, other: 6_000 };

/** From the order to stop until the process ends, whatever is still under way. */
export const STOP_MS_MAX = 30_000;
