/** Sends traffic to a process that may die at any moment, and notes what it acknowledges. */
import type { SeededRandom } from "../src/demo/seeded-random.ts";
import { acknowledge, type SentLine } from "./crash-history.ts";
import type { CrashProcess } from "./crash-process.ts";

export interface Traffic {
  /** Sends until told to stop or until the process has died; several batches at a time. */
  send(process: CrashProcess): Sending;
  /** Every line that was sent or waits to be. */
  lines(): readonly SentLine[];
  /** Outcomes that cannot both be true. */
  readonly contradictions: string[];
  /** How many batches ended without an answer. */
  unknown(): number;
  /** Puts lines in the way of what is sent next. */
  add(lines: readonly SentLine[]): void;
}

export interface Sending {
  /** Ends with the first answer, or with the process. */
  readonly answered: Promise<void>;
  /** Ends when nothing is under way any more. */
  stop(): Promise<void>;
  /** Ends when every line has its outcome. */
  finish(): Promise<void>;
}

const BATCHES_UNDER_WAY = 6;
const BATCH_MAX = 40;
/** Of a hundred lines, so many are sent again although their outcome is known. */
const AGAIN_PERCENT = 4;

/** `refill` gives new lines when there are none left; without them, known ones are sent again. */
export function startTraffic(random: SeededRandom, refill: () => SentLine[]): Traffic {
  const all: SentLine[] = [];
  const waiting: SentLine[] = [];
  const contradictions: string[] = [];
  let unknown = 0;
  let isFinishing = false;

  const add = (lines: readonly SentLine[]): void => {
    all.push(...lines);
    for (const line of lines) waiting.splice(random.below(waiting.length + 1), 0, line);
  };

  const nextBatch = (): SentLine[] => {
    const batch = new Set<SentLine>();
    const wanted = 1 + random.below(BATCH_MAX);
    if (waiting.length === 0 && !isFinishing) add(refill());
    for (let tried = 0; batch.size < wanted && tried < 4 * wanted; tried++) {
      const isAgain = waiting.length === 0 || random.below(100) < AGAIN_PERCENT;
      const line = isAgain ? all[random.below(all.length)]! : waiting.pop()!;
      if (isAgain && line.acknowledged === null) continue;
      batch.add(line);
    }
    return [...batch];
  };

  const sendBatch = async (process: CrashProcess): Promise<void> => {
    const batch = nextBatch();
    const bodies = batch.map(({ text }) => text);
    const lane = random.below(10) === 0 ? "single" : "bulk";
    const result = await process.ask({ do: "submit", bodies, lane });
    if (result !== null && "outcomes" in result) {
      for (const [index, line] of batch.entries()) {
        const outcome = result.outcomes[index];
        const problem = outcome === undefined ? "no outcome" : acknowledge(line, outcome);
        if (problem !== null) contradictions.push(problem);
      }
      return;
    }
    unknown++;
    waiting.push(...batch.filter(({ acknowledged }) => acknowledged === null));
  };

  const send = (process: CrashProcess): Sending => {
    let goOn = (): boolean => true;
    let answer = (): void => undefined;
    const first = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const pump = async (): Promise<void> => {
      while (goOn() && !process.isEnded()) {
        await sendBatch(process);
        answer();
      }
    };
    const pumps = Promise.all(Array.from({ length: BATCHES_UNDER_WAY }, pump));
    const until = async (condition: () => boolean): Promise<void> => {
      goOn = condition;
      await pumps;
    };
    return {
      answered: Promise.race([first, pumps.then(() => undefined)]),
      stop: () => until(() => false),
      finish: () => {
        isFinishing = true;
        return until(() => waiting.length > 0);
      },
    };
  };

  return {
    send,
    contradictions,
    lines: () => all,
    unknown: () => unknown,
    add,
  };
}
