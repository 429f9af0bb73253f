/** What the addresses of statements answer. Money and quantities are decimal texts. */
import { z } from "zod";

const derivationSchema = z
  .record(z.string(), z.unknown())
  .describe("How the amount came about; rendered by the line's explanation");

export const statementLineSchema = z.object({
  number: z.int(),
  servicePeriod: z.string().describe("An earlier one than the statement's is an adjustment"),
  term: z.string(),
  title: z.string(),
  dimensions: z.record(z.string(), z.string()),
  events: z.string(),
  quantity: z.string().describe("In the smallest unit"),
  unit: z.string().describe("Such as milliseconds or segments; empty for a share of an amount"),
  amount: z.string().describe("Exact, before rounding"),
  statedBefore: z.string().describe("Money on earlier statements for this service period"),
  money: z.string().describe("This line: money now less what was stated before"),
  derivation: z.array(derivationSchema),
});

export const statementHeadSchema = z.object({
  id: z.string(),
  agreement: z.string(),
  period: z.string(),
  kind: z.enum(["invoice", "settlement"]),
  firstDay: z.string(),
  endDay: z.string().describe("The day after the last"),
  issuedAt: z.string(),
  currency: z.string(),
  total: z.string(),
});

export const STATEMENT_EXAMPLE = {
  id: "stm_2026-10_acme",
  agreement: "acme",
  period: "2026-10",
  kind: "invoice",
  firstDay: "2026-10-01",
  endDay: "2026-11-01",
  issuedAt: "2026-11-01T02:00:00Z",
  currency: "EUR",
  total: "1204.50",
};

export const statementSchema = statementHeadSchema.extend({ lines: z.array(statementLineSchema) });

export const runningSchema = statementSchema.omit({ id: true, issuedAt: true });

export const reasonCountSchema = z.object({
  code: z.string(),
  count: z.int(),
  samples: z.array(z.string()),
});

export const closeSchema = z.object({
  period: z.string(),
  cut: z.int().describe("Rows up to this are stated"),
  dryRun: z.boolean(),
  statements: z.array(
    z.object({
      id: z.string(),
      agreement: z.string(),
      party: z.string(),
      role: z.string(),
      currency: z.string(),
      total: z.string(),
      lines: z.int(),
      adjustments: z.int().describe("Lines that adjust an earlier period"),
    }),
  ),
  left: z
    .array(z.object({ agreement: z.string(), until: z.string() }))
    .describe("Agreements whose month is not over, or inside its grace time"),
  already: z.int().describe("Agreements that had their statement already"),
  quarantined: z.array(reasonCountSchema),
  doubts: z
    .array(z.enum(["noUsage", "longPast"]))
    .describe("Why this may be the wrong month, if it has statements to issue"),
});

export const completenessSchema = z.object({
  complete: z.boolean(),
  data: z.array(
    z.object({
      source: z.string().nullable().describe("null: no known source"),
      day: z.string().describe("UTC day of receipt"),
      received: z.string(),
      accepted: z.string(),
      duplicate: z.string(),
      conflicting: z.string(),
      quarantined: z.string(),
      refused: z.string(),
      events: z.string().describe("Event rows that are stored"),
      pending: z.string().describe("Events that wait in quarantine"),
    }),
  ),
  imbalances: z
    .array(z.object({ source: z.string().nullable(), day: z.string(), what: z.string() }))
    .describe("Identities that do not hold; none when nothing has vanished"),
});

export const marginSchema = z.object({
  period: z.string(),
  currency: z.string(),
  provisional: z.boolean().describe("What a close prices is not in it yet"),
  channels: z.array(
    z.object({
      channel: z.string(),
      charges: z.string(),
      revenue: z.string(),
      cost: z.string(),
      shares: z.string().describe("Paid to partners and referrers"),
      margin: z.string(),
    }),
  ),
});
