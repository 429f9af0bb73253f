/** The thread that `changeDeckApart` starts: one change of a deck, one answer. */
import { workerData } from "node:worker_threads";
import { connectDatabase } from "../platform/database.ts";
import { answerApart } from "../platform/run-apart.ts";
import { changeDeckInForce } from "./change-deck.ts";
import type { DeckWork } from "./change-deck-apart.ts";
import { changeToWire } from "./deck-wire.ts";

const { url, change, listed } = workerData as DeckWork;
const database = connectDatabase(url);
await answerApart(async () => {
  try {
    return changeToWire(await changeDeckInForce(database, change), change, listed);
  } finally {
    await database.close();
  }
});
