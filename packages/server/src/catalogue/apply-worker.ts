/** The thread that `applyBundleApart` starts: one bundle, one answer. */
import { workerData } from "node:worker_threads";
import { connectDatabase } from "../platform/database.ts";
import { answerApart } from "../platform/run-apart.ts";
import { applyBundle, type WorkerRequest } from "./apply-bundle.ts";

const { url, request } = workerData as WorkerRequest;
const database = connectDatabase(url);
await answerApart(async () => {
  try {
    return await applyBundle(database, request);
  } finally {
    await database.close();
  }
});
