/** The figures of a run, with what each has to reach. */

interface FigureRule {
  readonly title: string;
  readonly unit: string;
  readonly places: number;
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
}

/** In the order in which they are printed. Ratios compare what ran in turns on the same machine. */
export const FIGURES = {
  bareCopyRowsPerSecond: { title: "bare COPY of 250-byte rows", unit: "rows/s", places: 0 },
  storeFloorEventsPerSecond: { title: "store floor", unit: "events/s", places: 0 },
  pipelineEventsPerSecond: { title: "pipeline, lines in memory", unit: "events/s", places: 0 },
  httpEventsPerSecond: { title: "HTTP, NDJSON from a client", unit: "events/s", places: 0 },
  pipelineToStoreFloor: {
    title: "pipeline ÷ store floor",
    unit: "",
    places: 2,
    target: { atLeast: 0.6 },
  },
  httpToStoreFloor: { title: "HTTP ÷ store floor", unit: "", places: 2, target: { atLeast: 0.45 } },
  pipelineToBareCopy: {
    title: "pipeline ÷ bare COPY",
    unit: "",
    places: 3,
    target: { atLeast: 0.06 },
  },
  bytesPerEvent: { title: "disk of an event", unit: "bytes", places: 0, target: { atMost: 1_000 } },
  ratingToParse: {
    title: "rating three charges ÷ JSON.parse",
    unit: "",
    places: 2,
    target: { atMost: 1.5 },
  },
  flatChargesPerSecond: { title: "a flat price, one core", unit: "charges/s", places: 0 },
  flatToParse: { title: "the same ÷ JSON.parse", unit: "", places: 2 },
  deckChargesPerSecond: { title: "170,000 prefixes, one core", unit: "charges/s", places: 0 },
  deckToParse: { title: "the same ÷ JSON.parse", unit: "", places: 2 },
  bandsChargesPerSecond: {
    title: "time bands, over their edge, one core",
    unit: "charges/s",
    places: 0,
  },
  bandsToParse: { title: "the same ÷ JSON.parse", unit: "", places: 2 },
  partiesChargesPerSecond: { title: "three parties, one core", unit: "charges/s", places: 0 },
  partiesToParse: { title: "the same ÷ JSON.parse", unit: "", places: 2 },
  deckCompileSeconds: {
    title: "compiling 170,000 prefixes",
    unit: "s",
    places: 2,
    target: { atMost: 0.5 },
  },
  deckBytes: {
    title: "170,000 prefixes in memory",
    unit: "bytes",
    places: 0,
    target: { atMost: 30_000_000 },
  },
  deckBytesPer100000: { title: "the same for each 100,000", unit: "bytes", places: 0 },
  deckVersionsBytes: {
    title: "50 versions of 1 % each",
    unit: "bytes",
    places: 0,
    target: { atMost: 20_000_000 },
  },
  priceListSeconds: {
    title: "170,000 prefixes imported, compared, active",
    unit: "s",
    places: 1,
    target: { atMost: 10 },
  },
  pipelineAfter10MToEmpty: {
    title: "pipeline with 10 million keys ÷ empty",
    unit: "",
    places: 2,
    target: { atLeast: 0.85 },
  },
  closeToGroupBy: {
    title: "close of 10,000 accounts ÷ GROUP BY",
    unit: "",
    places: 1,
    target: { atMost: 10 },
  },
  diskFlushP99Milliseconds: {
    title: "8 kB flushed to the disk alone, 500/s: p99",
    unit: "ms",
    places: 1,
  },
  ackP99Milliseconds: {
    title: "single events, 500/s: p99",
    unit: "ms",
    places: 1,
    target: { atMost: 20 },
  },
  ackP99UnderImportMilliseconds: {
    title: "the same behind a bulk import",
    unit: "ms",
    places: 1,
    target: { atMost: 50 },
  },
  serverRssMaxBytes: {
    title: "server's memory, most",
    unit: "bytes",
    places: 0,
    target: { atMost: 600_000_000 },
  },
} as const satisfies Readonly<Record<string, FigureRule>>;

export type FigureName = keyof typeof FIGURES;
export type Figures = Partial<Record<FigureName, number>>;

/** Cells of the printed table: figure, value, target and whether it is met. */
export function figureRows(figures: Figures): string[][] {
  const rows: string[][] = [];
  for (const [name, rule] of Object.entries(FIGURES) as [FigureName, FigureRule][]) {
    const value = figures[name];
    if (value === undefined) continue;
    rows.push([rule.title, shown(value, rule), targetOf(rule), verdictOf(value, rule)]);
  }
  return rows;
}

/** Whether each figure that has a target meets it. */
export function verdictOf(value: number, { target }: FigureRule): "ok" | "miss" | "" {
  if (target === undefined) return "";
  return ("atLeast" in target ? value >= target.atLeast : value <= target.atMost) ? "ok" : "miss";
}

function shown(value: number, { unit, places }: FigureRule): string {
  const text = value.toLocaleString("en", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
  return unit === "" ? text : `${text} ${unit}`;
}

function targetOf({ target }: FigureRule): string {
  if (target === undefined) return "";
  return "atLeast" in target
    ? `≥ ${target.atLeast.toLocaleString("en")}`
    : `≤ ${target.atMost.toLocaleString("en")}`;
}
