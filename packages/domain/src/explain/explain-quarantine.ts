import { formatInstant } from "../instant.ts";
import { REFUSALS, type RefusalCode } from "../refusals.ts";
import type { ExplainedQuarantine } from "./explained.ts";
import type { RecordedQuarantine } from "./recorded.ts";

const RESEND = "Send it again with the same id and corrected content: that takes its place.";

/** What ends the wait, by why an event waits. */
const CURES: Partial<Record<RefusalCode, string>> = {
  "event.source-unknown": publish("Add the source"),
  "event.type-unknown": publish("Add the event type"),
  "event.account-unknown": publish("Add the account, or the subject as an alias of one"),
  "event.subject-missing": publish("Give the source an account for records that name none"),
  "event.text-not-storable": RESEND,
  "event.not-storable": RESEND,
  "event.data-invalid": RESEND,
  "event.quantity-invalid": RESEND,
  "event.text-too-long": RESEND,
  "event.count-not-of-text": RESEND,
  "event.id-not-as-due": "Send it as a new event with the id that is named here.",
  "event.too-old": publish("Widen the source's window (daysBack)"),
  "event.in-future": publish("Mend the producer's clock, or widen minutesAhead"),
  "event.number-not-dialable": publish("Complete the source's dial plan"),
  "rating.no-agreement": publish("Have an agreement with a term for it in force at its time"),
  "rating.no-rate": publish("Give the deck a rate for the destination at its time"),
  "rating.destination-blocked": publish("Unblock the destination in the deck for its time"),
  "rating.call-too-long": publish("Mend the duration, or rate its calls by the band at answer"),
  "rating.base-missing": publish("Add the term that it stands on, or end the one that needs it"),
  "rating.base-in-other-currency": publish("Give the agreements that stand together one currency"),
  "rating.quantity-missing": publish("Price the term by a quantity of the event type"),
  "rating.status-unknown": publish("Charge the term otherwise, or have the type name the status"),
  "rating.failed": "Report the fault and upgrade, then: counterpart quarantine replay.",
};

function publish(what: string): string {
  return `${what}, then apply the catalogue: the events that it can cure are tried again.`;
}

/** Why an event waits, since when, and what would cure it. Nothing of its body is shown. */
export function explainQuarantine(recorded: RecordedQuarantine): ExplainedQuarantine {
  const { key, source, id, type, code, detail } = recorded;
  const time = formatInstant(recorded.time);
  const receivedAt = formatInstant(recorded.receivedAt);
  const [, because] = REFUSALS[code];
  const cure = CURES[code] ?? `Mend the cause. ${RESEND}`;
  const about = detail === "" ? "" : ` (${detail})`;
  return {
    kind: "quarantined",
    ref: key,
    source,
    id,
    type,
    time,
    receivedAt,
    code,
    detail,
    cure,
    sentence: `${source}/${id} has waited in quarantine since ${receivedAt}: ${because}${about}`,
    steps: [
      { name: "event", value: `${id} of source ${source}, ${type}`, from: `event ${key}` },
      { name: "time", value: time, from: "event" },
      { name: "waits since", value: receivedAt, from: "quarantine" },
      { name: "because", value: `${because} ${code}${about}`, from: "quarantine" },
      { name: "cure", value: cure },
    ],
  };
}
