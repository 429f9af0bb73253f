/** What a stream begins with, and the stream with it. */
export interface PeekedBytes {
  /** At least what was asked for, unless the stream is shorter. */
  readonly head: Buffer;
  /** Everything, the head included; to be read once. Throws what the stream throws, behind the head. */
  readonly all: AsyncIterable<Buffer>;
}

/** Reads until `isEnough` says so of the newest chunk and the bytes so far, or to the end. */
export async function peekBytes(
  bytes: AsyncIterable<Uint8Array>,
  isEnough: (chunk: Buffer, length: number) => boolean,
): Promise<PeekedBytes> {
  const iterator = bytes[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  let length = 0;
  let broken: { readonly error: unknown } | null = null;
  try {
    for (let done = false; !done; ) {
      const next = await iterator.next();
      if (next.done === true) break;
      const chunk = bufferOf(next.value);
      chunks.push(chunk);
      length += chunk.length;
      done = isEnough(chunk, length);
    }
  } catch (error) {
    broken = { error };
  }
  const head = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  return { head, all: continued(head, broken, iterator) };
}

async function* continued(
  head: Buffer,
  broken: { readonly error: unknown } | null,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    if (broken !== null) throw broken.error;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield bufferOf(next.value);
    }
  } finally {
    await iterator.return?.();
  }
}

function bufferOf(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
