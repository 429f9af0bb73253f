import { register } from "tsx/esm/api";

register();
await import("../src/catalogue/apply-worker.ts");
