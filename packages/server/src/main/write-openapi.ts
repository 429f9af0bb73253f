/** Writes `openapi.json` anew from the schemas of the routes. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describeApi } from "../http/describe-api.ts";

const file = fileURLToPath(new URL("../../../../openapi.json", import.meta.url));
await writeFile(file, await describeApi());
