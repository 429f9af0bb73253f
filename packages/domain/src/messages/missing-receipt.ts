/** Receipts that never come: what is reported of a message in their place (handbook §3.3). */
import type { DeliveryState } from "../catalogue/charge-on.ts";
import type { EventType } from "../events/event-type.ts";
import type { Instant } from "../instant.ts";
import { deliveryState } from "./delivery-state.ts";

/** The event type of receipts of a message type, and the fields in which both say what became of it. */
export interface ReceiptType {
  readonly message: string;
  readonly receipt: string;
  readonly statusField: string;
  readonly afterField: string;
  /** The field of a receipt that names its message. */
  readonly messageField: string;
  /** Id of a receipt, with the two fields in braces. */
  readonly id: string;
  /** Fields that a receipt may have. */
  readonly fields: ReadonlySet<string>;
}

type Types = Readonly<Record<string, EventType>>;

/**
 * The types of receipts whose id is made of their message and the state that it left, so that each step of a
 * message has one; of others nothing can be reported.
 */
export function receiptTypes(types: Types): ReceiptType[] {
  return Object.entries(types).flatMap(([receipt, type]) => {
    const { delivery, dimensions, id = "", schema } = type;
    if (delivery?.of === undefined || delivery.after === undefined) return [];
    const statusField = fieldOf(dimensions[delivery.status]);
    const afterField = fieldOf(dimensions[delivery.after]);
    const named = Array.from(id.matchAll(/\{([^{}]*)\}/g), ([, name = ""]) => name);
    const [messageField, ...more] = named.filter((name) => name !== afterField);
    if (statusField === null || afterField === null || messageField === undefined) return [];
    if (more.length > 0 || !named.includes(afterField)) return [];
    const fields = new Set(Object.keys(Object(schema.properties)));
    const message = delivery.of;
    return [{ message, receipt, statusField, afterField, messageField, id, fields }];
  });
}

function fieldOf(rule: EventType["dimensions"][string] | undefined): string | null {
  return rule !== undefined && "field" in rule ? rule.field : null;
}

/** The id of the receipt of a message that left a state. */
export function receiptId(type: ReceiptType, message: string, after: string): string {
  return type.id
    .replace(`{${type.messageField}}`, () => message)
    .replace(`{${type.afterField}}`, () => after);
}

/** A message or receipt as it stands, whose own receipt is asked for. */
export interface Awaiting {
  readonly type: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface MissingReceipt {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** States that a message does not end in. */
const ON_THE_WAY: ReadonlySet<unknown> = new Set<DeliveryState>(["submitted", "accepted"]);

/**
 * The receipt that reports a message as `unconfirmed`, which carries its data once more; null where it has
 * ended, or the hours are not over. Whether a receipt of its state has come is for the store to tell.
 */
export function missingReceipt(
  type: ReceiptType,
  { type: name, id, data }: Awaiting,
  submittedAt: Instant,
  rule: { readonly noDlrAfterHours: number },
  now: Instant,
): MissingReceipt | null {
  const status = data[type.statusField];
  if (!ON_THE_WAY.has(status) || typeof status !== "string") return null;
  if (deliveryState(submittedAt, [], rule, now) !== "unconfirmed") return null;
  const message = name === type.message ? id : data[type.messageField];
  if (typeof message !== "string") return null;
  const own = { [type.messageField]: message, [type.afterField]: status };
  const said = Object.entries(data).filter(([field]) => type.fields.has(field));
  return {
    id: receiptId(type, message, status),
    type: type.receipt,
    data: { ...Object.fromEntries(said), ...own, [type.statusField]: "unconfirmed" },
  };
}
