/** Gzip to what was packed, member by member, so that nothing of it is lost (RFC 1952). */
import { crc32, createInflateRaw } from "node:zlib";
import { assert } from "@counterpart/domain/assert.ts";

/** What one of these becomes is unpacked before more is read. */
const SLICE_BYTES = 65_536;
const UNPACKED_BYTES = 65_536;

/**
 * Everything that was packed: of all members, also of those that follow zeros, which pad a file to the
 * blocks of its medium. `damaged` makes the error that ends it where bytes are missing, are not as they
 * were packed, or belong to no member; everything unpacked before them has been yielded.
 *
 * The library's own reading of members loses what follows zeros, and what it had unpacked before a byte
 * that begins no member.
 */
export async function* unpackGzip(
  packed: AsyncIterable<Buffer>,
  damaged: (why: string) => Error,
): AsyncGenerator<Buffer> {
  const bytes = readBytes(packed, damaged);
  try {
    await readHeader(bytes, damaged);
    for (;;) {
      yield* unpackMember(bytes, damaged);
      await bytes.skipZeros();
      if (await bytes.isAtEnd()) return;
      await readHeader(bytes, damaged);
    }
  } finally {
    await bytes.close();
  }
}

interface ByteReader {
  isAtEnd(): Promise<boolean>;
  /** Some bytes, at most a slice. */
  some(): Promise<Buffer>;
  /** So many bytes of the newest slice are not used yet. */
  handBack(length: number): void;
  exactly(length: number): Promise<Buffer>;
  skipZeros(): Promise<void>;
  close(): Promise<void>;
}

function readBytes(packed: AsyncIterable<Buffer>, damaged: (why: string) => Error): ByteReader {
  const iterator = packed[Symbol.asyncIterator]();
  let chunk: Buffer = Buffer.alloc(0);
  let at = 0;
  const isAtEnd = async (): Promise<boolean> => {
    while (at === chunk.length) {
      const next = await iterator.next();
      if (next.done === true) return true;
      chunk = next.value;
      at = 0;
    }
    return false;
  };
  const upTo = async (length: number): Promise<Buffer> => {
    if (await isAtEnd()) throw damaged("the gzip breaks off before its end");
    const taken = chunk.subarray(at, at + length);
    at += taken.length;
    return taken;
  };
  return {
    isAtEnd,
    some: () => upTo(SLICE_BYTES),
    handBack(length) {
      at -= length;
      assert(at >= 0, "only bytes of the newest slice are handed back");
    },
    async exactly(length) {
      let taken = await upTo(length);
      while (taken.length < length) {
        taken = Buffer.concat([taken, await upTo(length - taken.length)]);
      }
      return taken;
    },
    async skipZeros() {
      while (!(await isAtEnd()) && chunk[at] === 0) {
        while (at < chunk.length && chunk[at] === 0) at++;
      }
    },
    async close() {
      await iterator.return?.();
    },
  };
}

const MAGIC = [0x1f, 0x8b];
const DEFLATED = 8;
/** Flags of a header. */
const HAS_CHECKSUM = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;
const FLAGS_KNOWN = 31;

async function readHeader(bytes: ByteReader, damaged: (why: string) => Error): Promise<void> {
  for (const expected of MAGIC) {
    const [byte] = await bytes.exactly(1);
    if (byte !== expected) throw damaged("the gzip is damaged: what follows is no member of it");
  }
  const [method, flags = 0] = await bytes.exactly(8);
  if (method !== DEFLATED) throw damaged("the gzip is damaged: unknown compression method");
  if (flags > FLAGS_KNOWN) throw damaged("the gzip is damaged: unknown header flags set");
  if (flags & HAS_EXTRA) await bytes.exactly((await bytes.exactly(2)).readUInt16LE());
  if (flags & HAS_NAME) await skipText(bytes);
  if (flags & HAS_COMMENT) await skipText(bytes);
  if (flags & HAS_CHECKSUM) await bytes.exactly(2);
}

/** Up to and with the NUL that ends it. */
async function skipText(bytes: ByteReader): Promise<void> {
  for (;;) {
    const some = await bytes.some();
    const end = some.indexOf(0);
    if (end === -1) continue;
    bytes.handBack(some.length - end - 1);
    return;
  }
}

const TRAILER_BYTES = 8;
const TWO_32 = 2 ** 32;

async function* unpackMember(
  bytes: ByteReader,
  damaged: (why: string) => Error,
): AsyncGenerator<Buffer> {
  let checksum = 0;
  let length = 0;
  for await (const chunk of inflateMember(bytes, damaged)) {
    checksum = crc32(chunk, checksum);
    length += chunk.length;
    yield chunk;
  }
  const trailer = await bytes.exactly(TRAILER_BYTES);
  if (trailer.readUInt32LE(0) !== checksum) {
    throw damaged("the gzip is damaged: incorrect data check");
  }
  if (trailer.readUInt32LE(4) !== length % TWO_32) {
    throw damaged("the gzip is damaged: incorrect length check");
  }
}

async function* inflateMember(
  bytes: ByteReader,
  damaged: (why: string) => Error,
): AsyncGenerator<Buffer> {
  const inflater = openInflater();
  try {
    let given = 0;
    for (;;) {
      const slice = await bytes.some();
      inflater.give(slice);
      given += slice.length;
      for (;;) {
        const chunk = inflater.take();
        if (chunk !== null) yield chunk;
        else if (inflater.isWaiting()) break;
        else await inflater.moved();
      }
      const failure = inflater.failure();
      if (failure !== null) throw damaged(`the gzip is damaged: ${failure.message}`);
      const unused = given - inflater.bytesUsed();
      if (unused === 0) continue;
      bytes.handBack(unused);
      return;
    }
  } finally {
    inflater.close();
  }
}

interface Inflater {
  give(slice: Buffer): void;
  /** What is unpacked; null: nothing yet. */
  take(): Buffer | null;
  /** Resolves when something may have changed. */
  moved(): Promise<void>;
  /** Whether it does no more without another slice. */
  isWaiting(): boolean;
  failure(): Error | null;
  /** Fewer than were given once the member has ended. */
  bytesUsed(): number;
  close(): void;
}

/** It unpacks a chunk only once the one before is taken, so that an error takes none along. */
function openInflater(): Inflater {
  const oneAtATime = { chunkSize: UNPACKED_BYTES, readableHighWaterMark: 1 };
  const inflate = createInflateRaw(oneAtATime);
  let hasEnded = false;
  let isIdle = true;
  let failure: Error | null = null;
  let wake = (): void => undefined;
  inflate.on("readable", () => wake());
  inflate.on("end", () => {
    hasEnded = true;
    wake();
  });
  inflate.on("error", (error) => {
    failure = error;
    wake();
  });
  return {
    give(slice) {
      isIdle = false;
      inflate.write(slice, () => {
        isIdle = true;
        wake();
      });
    },
    take: () => inflate.read() as Buffer | null,
    moved: () => {
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    isWaiting: () => isIdle || hasEnded || failure !== null,
    failure: () => failure,
    bytesUsed: () => inflate.bytesWritten,
    close: () => inflate.destroy(),
  };
}
