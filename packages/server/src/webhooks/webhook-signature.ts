/**
 * Signatures of webhooks by the Standard Webhooks specification: HMAC-SHA-256 over
 * `id.timestamp.payload`, in base64 behind the version `v1`.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { assert } from "@counterpart/domain/assert.ts";

export interface WebhookMessage {
  /** The same for every attempt to deliver it. */
  readonly id: string;
  /** Unix time of the attempt, in whole seconds. */
  readonly sentAtSeconds: number;
  /** The body, exactly as it is sent. */
  readonly payload: string;
}

/** What is sent in `webhook-signature`. `secret` is base64, with or without `whsec_` before it. */
export function signWebhook(secret: string, message: WebhookMessage): string {
  const key = keyOf(secret);
  assert(key !== null, "a webhook is signed with a key");
  assert(Number.isSafeInteger(message.sentAtSeconds), "a webhook is sent at a whole second");
  return signatureOf(key, message.id, String(message.sentAtSeconds), message.payload);
}

/** Why a message is not taken for genuine. */
export type WebhookFault =
  | "secret-empty"
  | "header-missing"
  | "timestamp-malformed"
  | "timestamp-too-old"
  | "timestamp-too-new"
  | "signature-wrong";

export interface ReceivedWebhook {
  /** Names without regard to case; others than those of the signature may be there. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body, exactly as it came. */
  readonly payload: string;
}

/** The receiver's clock in Unix seconds, and how far it may be from the sender's, either way. */
export interface WebhookClock {
  readonly nowSeconds: number;
  readonly toleranceSeconds: number;
}

/**
 * Null for a genuine message. Of several signatures one is enough, as while a secret is changed;
 * those of other versions are passed over.
 */
export function findWebhookFault(
  secret: string,
  { headers, payload }: ReceivedWebhook,
  { nowSeconds, toleranceSeconds }: WebhookClock,
): WebhookFault | null {
  const key = keyOf(secret);
  if (key === null) return "secret-empty";
  const id = headerOf(headers, "webhook-id");
  const sentAt = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature");
  if (id === null || sentAt === null || signatures === null) return "header-missing";
  if (!/^\d{1,15}$/.test(sentAt)) return "timestamp-malformed";
  const age = nowSeconds - Number(sentAt);
  if (age > toleranceSeconds) return "timestamp-too-old";
  if (-age > toleranceSeconds) return "timestamp-too-new";
  const right = Buffer.from(signatureOf(key, id, sentAt, payload));
  const isRight = (text: string): boolean => {
    const given = Buffer.from(text);
    return given.length === right.length && timingSafeEqual(given, right);
  };
  return signatures.split(" ").some(isRight) ? null : "signature-wrong";
}

const SECRET_PREFIX = "whsec_";

/** Null for a secret that holds no key. */
function keyOf(secret: string): Buffer | null {
  const text = secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret;
  const key = Buffer.from(text, "base64");
  return key.length === 0 ? null : key;
}

function signatureOf(key: Buffer, id: string, sentAt: string, payload: string): string {
  const signed = `${id}.${sentAt}.${payload}`;
  return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
}

function headerOf(headers: ReceivedWebhook["headers"], name: string): string | null {
  const found = Object.keys(headers).find((known) => known.toLowerCase() === name);
  return (found === undefined ? undefined : headers[found]) || null;
}
