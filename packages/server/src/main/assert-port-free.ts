import { once } from "node:events";
import { createServer } from "node:net";
import { Refusal } from "@counterpart/domain/refusals.ts";

/**
 * For work that serves when it has ended: somebody who waits for it wants to know before. Another process may
 * still take the port meanwhile. Refuses `server.port-in-use`.
 */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const probe = createServer().listen(port, host);
  try {
    await once(probe, "listening");
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EADDRINUSE") throw error;
    throw new Refusal("server.port-in-use", { host, port });
  }
  probe.close();
  await once(probe, "close");
}
