/** The records of an input, file by file, in batches for ingest. */
import { type ReadText, refused } from "../events/read-event.ts";
import type { FileRecord } from "./file-record.ts";
import { type Input, readInputFile } from "./read-input.ts";
import type { RecordReader } from "./record-reader.ts";

export interface ImportBatch {
  readonly bodies: readonly ReadText[];
  /** Where each body stands. */
  readonly places: readonly RecordPlace[];
  readonly skipped: number;
  /** Every line of the input up to this one is in this batch or one before it. */
  readonly throughLine: number;
  /** Bytes of the input that had been read when it was made. */
  readonly bytesRead: number;
}

export interface RecordPlace {
  readonly file: string;
  readonly line: number;
}

const RECORDS_MAX = 2_048;
const LENGTH_MAX = 1_048_576;

/**
 * Reads from the start, because ids of records without one depend on what came before; lines up to
 * `afterLine` are left out. The lines of a directory's files are counted on from file to file.
 */
export async function* importBatches(
  input: Input,
  { read, afterLine }: { readonly read: RecordReader; readonly afterLine: number },
): AsyncGenerator<ImportBatch> {
  let bytesRead = 0;
  let linesBefore = 0;
  let batch = emptyBatch(afterLine);
  try {
    for (const file of input.files) {
      let lastLine = 0;
      const bytes = readInputFile(file, (count) => {
        bytesRead += count;
      });
      for await (const records of read(bytes)) {
        for (const record of records) {
          lastLine = Math.max(lastLine, record.line, record.through);
          if (linesBefore + record.line <= afterLine) continue;
          batch.add(file.name, record, linesBefore + record.through);
          if (!batch.isFull()) continue;
          yield batch.take(bytesRead);
          batch = emptyBatch(batch.throughLine());
        }
      }
      linesBefore += lastLine;
    }
  } catch (error) {
    // What was read before the input broke off is sent all the same.
    yield batch.take(bytesRead);
    throw error;
  }
  yield { ...batch.take(bytesRead), throughLine: linesBefore };
}

interface OpenBatch {
  add(file: string, record: FileRecord, throughLine: number): void;
  isFull(): boolean;
  throughLine(): number;
  take(bytesRead: number): ImportBatch;
}

function emptyBatch(afterLine: number): OpenBatch {
  const bodies: ReadText[] = [];
  const places: RecordPlace[] = [];
  let skipped = 0;
  let length = 0;
  let throughLine = afterLine;
  return {
    add(file, record, through) {
      throughLine = through;
      if ("skipped" in record) {
        skipped++;
        return;
      }
      places.push({ file, line: record.line });
      if ("body" in record) {
        bodies.push(record.body);
        length += record.body.length;
      } else bodies.push(refused(record.problem, record.detail));
    },
    isFull: () => bodies.length >= RECORDS_MAX || length >= LENGTH_MAX,
    throughLine: () => throughLine,
    take: (bytesRead) => ({ bodies, places, skipped, throughLine, bytesRead }),
  };
}
