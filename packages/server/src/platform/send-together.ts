/**
 * Statements that go to PostgreSQL in one piece and are answered in one. For a small group of events the
 * turns of sockets and event loops cost more than the statements do; the driver takes them one by one.
 */
import type { ClientBase, Connection, Submittable } from "pg";

/** Values as PostgreSQL reads them: text, or the binary form. */
export interface Statement {
  /** Prepared under this name, once a connection; without a name each time. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly (string | Buffer)[];
}

/** A COPY FROM STDIN and its data. */
export interface CopyIn {
  readonly copy: string;
  readonly pieces: readonly Buffer[];
}

export type Step = Statement | CopyIn;

/** Rows of each step, as texts. */
export type Answers = readonly (readonly (readonly (string | null)[])[])[];

/**
 * Sends the steps with one end, so that PostgreSQL passes over all that follow one which fails: then rejects
 * with its error. Steps that begin with `begin` are in its transaction or not carried out.
 */
export async function sendTogether(client: ClientBase, steps: readonly Step[]): Promise<Answers> {
  for (const step of steps) {
    if ("name" in step) await prepareOnce(client, step.name!, step.text);
  }
  return await new Promise((resolve, reject) => {
    client.query(flightOf(steps, resolve, reject));
  });
}

const prepared = new WeakMap<ClientBase, Set<string>>();

/** Prepared statements outlive a transaction that is rolled back. */
async function prepareOnce(client: ClientBase, name: string, text: string): Promise<void> {
  const names = prepared.get(client) ?? new Set();
  if (names.has(name)) return;
  await client.query(`prepare "${preparedName(name)}" as ${text}`);
  prepared.set(client, names.add(name));
}

/** The driver prepares statements too, under their plain names. */
function preparedName(name: string): string {
  return `together ${name}`;
}

/** What the driver asks of the query under way, as its messages come. */
interface Flight extends Submittable {
  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void;
  handleCommandComplete(): void;
  handleCopyInResponse(): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

function flightOf(
  steps: readonly Step[],
  resolve: (answers: Answers) => void,
  reject: (error: Error) => void,
): Flight {
  const answers: (readonly (string | null)[])[][] = [[]];
  return {
    submit(connection) {
      connection.stream.cork();
      for (const step of steps) {
        if ("copy" in step) sendCopy(connection, step);
        else sendStatement(connection, step);
      }
      connection.sync();
      connection.stream.uncork();
    },
    handleDataRow: ({ fields }) => void answers.at(-1)!.push(fields),
    handleCommandComplete: () => void answers.push([]),
    // Its data is on the way already.
    handleCopyInResponse: () => undefined,
    handleError: reject,
    handleReadyForQuery: () => resolve(answers),
  };
}

function sendStatement(connection: Connection, { name, text, values }: Statement): void {
  if (name === undefined) connection.parse({ name: "", text, types: [] }, true);
  const statement = name === undefined ? "" : preparedName(name);
  connection.bind({ statement, values: [...values] }, true);
  connection.execute(null, true);
}

const COPY_DATA = 0x64;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

function sendCopy(connection: Connection, { copy, pieces }: CopyIn): void {
  sendStatement(connection, { text: copy, values: [] });
  for (const piece of pieces) {
    const head = Buffer.allocUnsafe(5);
    head[0] = COPY_DATA;
    head.writeUInt32BE(piece.length + 4, 1);
    connection.stream.write(head);
    connection.stream.write(piece);
  }
  connection.stream.write(COPY_DONE);
}
