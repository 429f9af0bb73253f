/**
 * A client in a process of its own. Commands come on standard input, a JSON a line, and each is answered by
 * one line: `stream` sends a file of events as NDJSON, `singles` sends its events one by one at a pace.
 */
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";

interface Command {
  readonly send: "stream" | "singles";
  readonly url: string;
  readonly key: string;
  readonly file: string;
  readonly streams?: number;
  readonly perSecond?: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });
const CHUNK = 65_536;
/**
 * Its own first seconds, in which connections are made and code is compiled, would be told as the server's.
 */
const WARM_UP_SECONDS = 2;

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  const result =
    command.send === "stream" ? await sendStreams(command) : await sendSingles(command);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
agent.destroy();

async function sendStreams(command: Command): Promise<{ seconds: number; accepted: number }> {
  const bytes = readFileSync(command.file);
  const { streams = 2 } = command;
  const parts: Buffer[] = [];
  let from = 0;
  for (let part = 1; part <= streams; part++) {
    const near = Math.floor((bytes.length * part) / streams);
    const end = part === streams ? bytes.length : bytes.indexOf(10, near) + 1;
    parts.push(bytes.subarray(from, end));
    from = end;
  }
  const started = performance.now();
  const accepted = await Promise.all(parts.map((part) => sendStream(command, part)));
  const seconds = (performance.now() - started) / 1000;
  return { seconds, accepted: accepted.reduce((sum, count) => sum + count, 0) };
}

/** Events that the server accepted. */
function sendStream({ url, key }: Command, bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/x-ndjson" };
    const sending = request(`${url}/v1/events`, { method: "POST", headers, agent }, (answer) => {
      let accepted = 0;
      let complete = false;
      createInterface({ input: answer }).on("line", (text) => {
        const told = JSON.parse(text) as { accepted?: number; complete?: true };
        if (told.complete === true) complete = true;
        else accepted += told.accepted ?? 0;
      });
      answer.on("end", () => {
        // The reader of lines has its last one only in a later turn.
        setImmediate(() => (complete ? resolve(accepted) : reject(new Error("cut short"))));
      });
    });
    sending.on("error", reject);
    let at = 0;
    const write = (): void => {
      while (at < bytes.length) {
        const hasRoom = sending.write(bytes.subarray(at, at + CHUNK));
        at += CHUNK;
        if (!hasRoom) return void sending.once("drain", write);
      }
      sending.end();
    };
    write();
  });
}

/** Milliseconds from sending each event to its answer, those of the first seconds left out. */
async function sendSingles(command: Command): Promise<{ milliseconds: number[] }> {
  const lines = readFileSync(command.file, "utf8").trimEnd().split("\n");
  const { perSecond = 500 } = command;
  const milliseconds: number[] = [];
  const answers: Promise<void>[] = [];
  const firstMeasured = Math.min(WARM_UP_SECONDS * perSecond, lines.length - 1);
  const started = performance.now();
  for (const [at, line] of lines.entries()) {
    const due = started + (at * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    // From when it was due: a client that falls behind must not hide the server's delay.
    answers.push(
      sendSingle(command, line).then(() => {
        if (at >= firstMeasured) milliseconds.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(answers);
  return { milliseconds };
}

function sendSingle({ url, key }: Command, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/cloudevents+json",
      "content-length": Buffer.byteLength(body),
    };
    const sending = request(`${url}/v1/events`, { method: "POST", headers, agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`the server answered ${answer.statusCode}`));
      answer.resume();
      answer.on("end", resolve);
    });
    sending.on("error", reject);
    sending.end(body);
  });
}
