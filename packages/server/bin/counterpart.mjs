#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { register } from "tsx/esm/api";

// Events live for a moment: a larger young generation collects them before they are promoted. Megabytes.
setFlagsFromString("--max-semi-space-size=64");
register();
await import("../src/main/cli.ts");
