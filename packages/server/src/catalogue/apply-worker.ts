/** The thread that `applyBundleApart` starts: one bundle, one answer. */
import { parentPort, workerData } from "node:worker_threads";
import { Refusal } from "@counterpart/domain/refusals.ts";
import { connectDatabase } from "../platform/database.ts";
import { applyBundle, type WorkerAnswer, type WorkerRequest } from "./apply-bundle.ts";

const { url, request } = workerData as WorkerRequest;
const database = connectDatabase(url);
parentPort?.postMessage(await answer());

async function answer(): Promise<WorkerAnswer> {
  try {
    return { applied: await applyBundle(database, request) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: error.code, detail: error.detail };
  } finally {
    await database.close();
  }
}
