import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { createGzip, gzipSync } from "node:zlib";
import fastify, { type FastifyInstance } from "fastify";
import { afterEach, expect, test } from "vitest";
import { answerProblems } from "./answer-problems.ts";
import { receiveBodies } from "./receive-body.ts";

let app: FastifyInstance;
afterEach(() => app.close());

/** An address that takes JSON of at most 2 MiB and answers its length. */
async function listen(msMax: number): Promise<number> {
  app = fastify({ bodyLimit: 2 * 1_048_576 });
  answerProblems(app);
  receiveBodies(app, msMax);
  app.post("/", async ({ body }) => JSON.stringify(body).length);
  await app.listen({ port: 0, host: "127.0.0.1" });
  return (app.server.address() as AddressInfo).port;
}

const HEAD = "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

test.each([
  ["plain", `${HEAD}content-length: 10\r\n\r\n{"a"`],
  ["in chunks", `${HEAD}transfer-encoding: chunked\r\n\r\n2\r\n{"\r\n`],
  ["packed", `${HEAD}content-encoding: gzip\r\ncontent-length: 100\r\n\r\n`],
])("408: a body that does not come in time, %s", async (_, bytes) => {
  const socket = connect(await listen(100), "127.0.0.1");
  socket.write(bytes);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  await once(socket, "close");
  expect(answer).toMatch(/^HTTP\/1\.1 408/);
  expect(answer).toContain('"code":"request.timeout"');
  expect(answer.toLowerCase()).toContain("connection: close");
});

function inject(payload: Buffer) {
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  return app.inject({ method: "POST", url: "/", headers, payload });
}

test("200: a body of several gzip members is one body", async () => {
  await listen(1_000);
  const answer = await inject(Buffer.concat([gzipSync('{"a":'), gzipSync("1}")]));
  expect([answer.statusCode, answer.body]).toEqual([200, "7"]);
});

test("200: what follows the zeros that pad a gzip body is part of it", async () => {
  await listen(1_000);
  const padded = Buffer.concat([gzipSync('{"a":'), Buffer.alloc(4), gzipSync("1}")]);
  const answer = await inject(padded);
  expect([answer.statusCode, answer.body]).toEqual([200, "7"]);
});

test("400: what follows a gzip body and is no gzip is told", async () => {
  await listen(1_000);
  const answer = await inject(Buffer.concat([gzipSync("{}"), Buffer.from("{}")]));
  expect([answer.statusCode, answer.json().code]).toEqual([400, "request.encoding-broken"]);
  expect(answer.json().context.why).toContain("no member");
});

test("413: what unpacks to a hundred times its size is refused while it is unpacked", async () => {
  await listen(1_000);
  const answer = await inject(gzipSync(`"${"x".repeat(1_500_000)}"`, { level: 9 }));
  expect([answer.statusCode, answer.json().code]).toEqual([413, "request.too-large"]);
  const mild = createGzip({ level: 0 });
  mild.end(`"${"x".repeat(1_500_000)}"`);
  const stored = await inject(Buffer.concat(await mild.toArray()));
  expect(stored.statusCode).toBe(200);
});

test("400: one layer of gzip is unpacked, what is packed twice is no JSON", async () => {
  await listen(1_000);
  const answer = await inject(gzipSync(gzipSync("{}")));
  expect(answer.statusCode).toBe(400);
});
