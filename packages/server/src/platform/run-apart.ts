/** Work that takes seconds of a processor, in a thread of its own: the server answers others meanwhile. */
import { parentPort, Worker } from "node:worker_threads";
import { Refusal, type RefusalCode } from "@counterpart/domain/refusals.ts";

type Answer =
  | { readonly answer: unknown }
  | { readonly refused: RefusalCode; readonly detail: Readonly<Record<string, unknown>> };

/**
 * What the thread of `script` answers, which it does by `answerApart`; `workerData` is what it is started
 * with. Refuses what it refuses.
 */
export async function runApart(script: URL, workerData: unknown): Promise<unknown> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    const worker = new Worker(script, { workerData });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the worker ended without an answer")));
  });
  if ("refused" in answer) throw new Refusal(answer.refused, answer.detail);
  return answer.answer;
}

/** To be called once in the thread. What is no refusal ends it as an error. */
export async function answerApart(work: () => Promise<unknown>): Promise<void> {
  parentPort?.postMessage(await answerOf(work));
}

async function answerOf(work: () => Promise<unknown>): Promise<Answer> {
  try {
    return { answer: await work() };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.code, detail: error.detail };
  }
}
