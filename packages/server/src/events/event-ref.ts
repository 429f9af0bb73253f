import { eventKey } from "./event-hash.ts";

const KEY = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/**
 * The key, as a UUID or 32 digits, that a reference names: the key itself, or `source/id`. Null
 * when it is neither.
 */
export function keyOfRef(ref: string): string | null {
  if (KEY.test(ref)) return ref.toLowerCase();
  const slash = ref.indexOf("/");
  return slash <= 0 ? null : eventKey(ref.slice(0, slash), ref.slice(slash + 1));
}
