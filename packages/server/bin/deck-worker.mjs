import { register } from "tsx/esm/api";

register();
await import("../src/decks/deck-worker.ts");
