/** Closing a month of many accounts against the one GROUP BY that reads its totals. */
import type {
  Account,
  Agreement,
  Catalogue,
  Term,
} from "@counterpart/domain/catalogue/catalogue.ts";
import type { MonthText } from "@counterpart/domain/period.ts";
import { closePeriod } from "../src/statements/close-period.ts";
import { type BenchDatabase, openBenchDatabase } from "./bench-database.ts";
import { NOW } from "./bench-traffic.ts";

const ACCOUNTS = 10_000;
const TERMS = 5;
/** Totals rows of each account's term: 30 days of five dimension tuples. */
const DAYS = 30;
const TUPLES = 5;

/** Time of the close ÷ time of the GROUP BY over the same rows, one carrier agreement over all included. */
export async function measureCloseToGroupBy(log: (line: string) => void): Promise<number> {
  const bench = await openBenchDatabase(manyAccounts);
  try {
    log("  10,000 accounts are published; their totals follow");
    const rows = await insertTotals(bench);
    log(`  ${rows} totals rows are stored`);
    await groupBy(bench);
    const sql = await groupBy(bench);
    const started = performance.now();
    const period = "2026-10" as MonthText;
    const book = bench.keeper.book();
    const request = { period, now: NOW, dryRun: false, despiteQuarantine: false };
    const { statements } = await closePeriod(bench.database, book, request);
    const seconds = (performance.now() - started) / 1000;
    log(
      `  ${statements.length} statements in ${seconds.toFixed(1)} s, GROUP BY ${sql.toFixed(1)} s`,
    );
    if (statements.length !== ACCOUNTS + 1) throw new Error("an agreement was not closed");
    return seconds / sql;
  } finally {
    await bench.close();
  }
}

function manyAccounts(demo: Catalogue): Catalogue {
  const accounts: Record<string, Account> = {};
  const agreements: Record<string, Agreement> = {};
  const [party] = Object.keys(demo.parties);
  const like = { party: party!, currency: "EUR", timeZone: "UTC", cycle: "monthly" } as const;
  for (let n = 0; n < ACCOUNTS; n++) {
    const name = `bench-${String(n).padStart(5, "0")}`;
    accounts[name] = { party: party! };
    const versions = [{ from: "2026-01-01", plan: "bench" }];
    agreements[name] = { ...like, role: "customer", accounts: [name], versions };
  }
  const cost = termOf(TERMS, "0.0011");
  agreements.carrier = {
    ...like,
    role: "supplier",
    accounts: "all",
    versions: [{ from: "2026-01-01", terms: [cost] }],
  };
  const terms = Array.from({ length: TERMS }, (_, n) => termOf(n, `0.00${n + 1}`));
  return { ...demo, accounts, agreements, plans: { bench: { title: "Bench", terms } } };
}

function termOf(number: number, rate: string): Term {
  return {
    id: `sms-${number}`,
    title: "SMS",
    on: "sms.message",
    price: { model: "perUnit", rate, per: "segment" },
    lines: ["country"],
  };
}

async function insertTotals({ database }: BenchDatabase): Promise<number> {
  const owner = database.pool("owner");
  await owner.query(
    `insert into dimension_tuple (tuple)
      select '{"channel":"sms","country":"' || (array['DE', 'FR', 'GB', 'IT', 'NL'])[n] || '"}'
      from generate_series(1, ${TUPLES}) n`,
  );
  const { rowCount } = await owner.query(
    `insert into total
      select account.id, version.id, date '2026-10-01' + day, tuple.id, 1, 0, agreement.id,
        17, 23, 23 * 1234567890::numeric, 0
      from term_version version
      join handle agreement on agreement.id = version.agreement_id
      join handle account on account.kind = 'account'
        and (account.name = agreement.name or agreement.name = 'carrier')
      cross join generate_series(0, ${DAYS - 1}) day
      join dimension_tuple tuple on agreement.name <> 'carrier' or tuple.id % ${TUPLES} = 0`,
  );
  await owner.query("analyze total");
  return rowCount ?? 0;
}

/** Seconds. */
async function groupBy({ database }: BenchDatabase): Promise<number> {
  const started = performance.now();
  await database.pool("reader").query(
    `select count(*) from (
      select agreement_id, term_version, tuple, sum(count), sum(quantity), sum(amount_pico)
      from total where day >= '2026-10-01' and day < '2026-11-01' group by 1, 2, 3) grouped`,
  );
  return (performance.now() - started) / 1000;
}
