/** Puts a stored statement line into words: before, now, difference, and each part that made it. */
import type { Term } from "../catalogue/catalogue.ts";
import { formatDecimal } from "../decimal.ts";
import { formatInstant } from "../instant.ts";
import { formatMoney } from "../money.ts";
import type { RoundingMode } from "../rounding.ts";
import type { CommitmentPart, Derivation, FeePart, RatioPart } from "../statements/derivation.ts";
import { describeDimensions } from "./describe-dimensions.ts";
import { describeAmount, describeQuantity, describeUnit } from "./describe-quantity.ts";
import type { ExplainedLine, ExplainedPart, ExplainedStatement, Step } from "./explained.ts";
import type { RecordedLine, RecordedStatement } from "./recorded.ts";
import { usageSteps } from "./usage-steps.ts";

/** A statement with every line of it explained. */
export function explainStatement(statement: RecordedStatement): ExplainedStatement {
  const { id, agreement, period, firstDay, endDay, currency, total } = statement;
  const { party, role } = agreement.body;
  const issuedAt = formatInstant(statement.issuedAt);
  const sum = `${formatMoney({ currency, minor: total })} ${currency}`;
  const count = statement.lines.length === 1 ? "1 line" : `${statement.lines.length} lines`;
  return {
    kind: "statement",
    ref: id,
    agreement: agreement.name,
    party,
    role,
    period,
    firstDay,
    endDay,
    issuedAt,
    currency,
    total: formatMoney({ currency, minor: total }),
    sentence:
      `${id} states ${sum} for ${party} in ${count}, issued ${issuedAt} ` +
      `of everything counted up to cut ${statement.cut}.`,
    lines: statement.lines.map((line) => explainLine(statement, line)),
  };
}

export function explainLine(statement: RecordedStatement, line: RecordedLine): ExplainedLine {
  const { agreement, currency } = statement;
  const { party, role, rounding = "halfEven" } = agreement.body;
  const ref = `${statement.id}/${line.number}`;
  const money = (minor: bigint): string => formatMoney({ currency, minor });
  const [term] = [...line.terms.values()].slice(-1);
  const title = term?.title ?? line.term;
  const explained = {
    kind: "line",
    ref,
    statement: statement.id,
    number: line.number,
    agreement: agreement.name,
    party,
    role,
    term: line.term,
    title,
    dimensions: line.dimensions,
    servicePeriod: line.servicePeriod,
    isAdjustment: line.servicePeriod < statement.period,
    currency,
    rounding,
    events: line.derivation.every(({ kind }) => kind === "fee") ? "0" : `${line.count}`,
    quantity: line.measure === "" ? "" : describeQuantity(line.measure, line.quantity),
    amount: formatDecimal(line.amount, 12),
    before: money(line.stated),
    now: money(line.stated + line.money),
    difference: money(line.money),
    earlier: line.earlier.map((one) => ({ ref: one.ref, money: money(one.money) })),
    parts: line.derivation.map((part) => explainPart(part, line, currency)),
  } as const;
  const list = line.derivation.every(({ kind }) => kind === "fee")
    ? null
    : {
        command: `counterpart explain ${ref} --events`,
        path: `/v1/statements/${statement.id}/lines/${line.number}/events`,
      };
  const draft = { ...explained, list };
  return { ...draft, sentence: lineSentence(draft), steps: lineSteps(draft, statement) };
}

type Draft = Omit<ExplainedLine, "sentence" | "steps">;

const ROUNDINGS: Readonly<Record<RoundingMode, string>> = {
  up: "up",
  down: "down",
  halfUp: "half-up",
  halfEven: "half-even",
};

function lineSentence(line: Draft): string {
  const { ref, currency, title, servicePeriod, before, now, difference } = line;
  const of =
    Object.keys(line.dimensions).length === 0 ? "" : ` (${describeDimensions(line.dimensions)})`;
  const what = `${title}${of}`;
  if (line.isAdjustment) {
    return (
      `${ref} adjusts ${what} of ${servicePeriod} by ${difference} ${currency}: ` +
      `${now} now, ${before} stated before.`
    );
  }
  const events = line.events === "0" ? "" : ` from ${countOf(line.events)}`;
  return (
    `${ref} states ${difference} ${currency} for ${what} in ${servicePeriod}${events}: exactly ` +
    `${describeAmount(line.amount, currency)}, rounded ${ROUNDINGS[line.rounding]}.`
  );
}

function countOf(events: string): string {
  return events === "1" ? "1 event" : `${events} events`;
}

/** A fee in advance is of a later month than its statement. */
function describePlace({ isAdjustment, servicePeriod }: Draft, period: string): string {
  if (isAdjustment) return ", an earlier one: an adjustment";
  return servicePeriod > period ? ", in advance" : "";
}

function lineSteps(line: Draft, { cut, period }: RecordedStatement): Step[] {
  const { currency, before, now, difference, servicePeriod, statement } = line;
  const stored = `statement line ${line.ref}`;
  const steps: Step[] = [
    {
      name: "agreement",
      value: `${line.agreement} with ${line.party} as ${line.role}`,
      from: statement,
    },
    { name: "term", value: `${line.term}, ${line.title}`, from: stored },
    {
      name: "service period",
      value: `${servicePeriod}${describePlace(line, period)}`,
      from: stored,
    },
  ];
  if (Object.keys(line.dimensions).length > 0) {
    steps.push({ name: "split by", value: describeDimensions(line.dimensions), from: stored });
  }
  if (line.parts.length === 0) {
    steps.push({
      name: "parts",
      value: `none: nothing of it is left up to cut ${cut}`,
      from: stored,
    });
  }
  for (const part of line.parts) steps.push(...part.steps);
  steps.push(
    {
      name: "amount",
      value: `${describeAmount(line.amount, currency)}, exact, up to cut ${cut}`,
      from: stored,
    },
    { name: "now", value: `${now} ${currency}, rounded ${ROUNDINGS[line.rounding]}`, from: stored },
    { name: "before", value: `${before} ${currency}${statedOn(line)}`, from: stored },
    { name: "difference", value: `${difference} ${currency}: this line`, from: stored },
  );
  if (line.list !== null) {
    const value = `${countOf(line.events)}, listed by ${line.list.command}`;
    steps.push({ name: "events", value, from: stored });
  }
  return steps;
}

function statedOn({ earlier, currency }: Draft): string {
  if (earlier.length === 0) return "";
  return `: ${earlier.map(({ ref, money }) => `${money} ${currency} on ${ref}`).join(", ")}`;
}

/** What a term version contributes, step by step; of a statement's line or of a quote's. */
export function explainPart(
  part: Derivation,
  line: Pick<RecordedLine, "term" | "terms" | "measure">,
  currency: string,
): ExplainedPart {
  const { kind, termVersion, amount } = part;
  const term = line.terms.get(termVersion);
  const title = term?.title ?? line.term;
  const from = `term version ${termVersion}`;
  const steps = partSteps(part, line, currency, term).map((step) => ({ ...step, from }));
  return { kind, termVersion, title, amount, steps };
}

function partSteps(
  part: Derivation,
  { measure }: Pick<RecordedLine, "measure">,
  currency: string,
  term: Term | undefined,
): Step[] {
  const amount = describeAmount(part.amount, currency);
  switch (part.kind) {
    case "fee":
      return feeSteps(part, currency);
    case "events": {
      const used = measure === "" ? "" : `, ${describeQuantity(measure, BigInt(part.quantity))}`;
      const of = part.base === null ? "" : `, of a base of ${describeAmount(part.base, currency)}`;
      return [
        { name: "charges", value: `${countOf(part.count)}${used}: ${amount}${of}, added exactly` },
      ];
    }
    case "ratio":
      return ratioSteps(part, currency, term);
    case "tiers":
      return usageSteps(part, currency, term);
    case "commitment":
      return commitmentSteps(part, currency);
    case "limit": {
      const of = describeAmount(part.of, currency);
      const value =
        part.limit === "minimum"
          ? `${of} at least in the period: ${amount} added`
          : `${of} at most in the period: ${amount} taken off`;
      return [{ name: part.limit, value: value.replace(": -", ": ") }];
    }
  }
}

/** How much there was of a kind of calls, how much is allowed and what the rest costs. */
function ratioSteps(part: RatioPart, currency: string, term: Term | undefined): Step[] {
  const show = (units: string): string => describeQuantity(part.quantity, BigInt(units));
  const steps: Step[] = [
    { name: "matching", value: `${show(part.matching)} of ${show(part.all)}` },
  ];
  if (term?.price.model === "ratioSurcharge") {
    const { allowancePercent, per, rate } = term.price;
    const at = `${describeAmount(rate, currency)} per ${describeUnit(per)}`;
    steps.push(
      { name: "allowance", value: `${allowancePercent} %, ${show(part.allowed)}` },
      { name: "rate", value: at },
    );
  }
  const amount = describeAmount(part.amount, currency);
  return [...steps, { name: "charged", value: `${show(part.charged)}: ${amount}` }];
}

/** The fee of a cycle, each cycle or part of one that it is for, and what they come to. */
function feeSteps({ amount, fee, cycles }: FeePart, currency: string): Step[] {
  const due = describeAmount(amount, currency);
  if (fee === undefined || cycles === undefined) {
    return [{ name: "fee", value: `${due}, once in the period` }];
  }
  return [
    { name: "fee", value: `${describeAmount(fee, currency)} for a whole cycle` },
    ...cycles.map(({ first, end, days, cycleDays }) => {
      const part =
        days === cycleDays ? "a whole cycle" : `${days} of the ${cycleDays} days of a cycle`;
      return { name: "cycle", value: `from ${first} until ${end}: ${part}` };
    }),
    { name: "sum of cycles", value: `${due}, rounded once, half-even at 12 places` },
  ];
}

/** What counted towards a commitment, and what is missing to it or above it. */
function commitmentSteps(part: CommitmentPart, currency: string): Step[] {
  const { from, until, terms, minimum, maximum, amount } = part;
  const months = from === until ? from : `${from} to ${until}`;
  const counted = terms === undefined ? "all lines" : `the lines of ${terms.join(", ")}`;
  const steps = [
    {
      name: "counted",
      value: `${describeAmount(part.spent, currency)}: ${counted} of ${months}, as money`,
    },
  ];
  const isBack = amount.startsWith("-");
  const sum = describeAmount(isBack ? amount.slice(1) : amount, currency);
  if (minimum !== undefined) {
    const what = isBack || amount === "0" ? "met" : `${sum} added`;
    steps.push({ name: "minimum", value: `${describeAmount(minimum, currency)}: ${what}` });
  }
  if (maximum !== undefined) {
    const what = isBack ? `${sum} given back` : "not reached";
    steps.push({ name: "maximum", value: `${describeAmount(maximum, currency)}: ${what}` });
  }
  return steps;
}
