/** Writes one event of each channel as a line of CloudEvents JSON, with everyday values. */
import type { SeededRandom } from "./seeded-random.ts";
import {
  type Channel,
  numberLike,
  type TrafficAccount,
  type TrafficCountry,
} from "./traffic-world.ts";

/** What an event is written from. */
export interface EventScene {
  readonly random: SeededRandom;
  readonly account: TrafficAccount;
  /** The account's own numbers. */
  readonly numbers: readonly string[];
  /** Sender name of its messages. */
  readonly sender: string;
  /** Where the other side is. */
  readonly country: TrafficCountry;
  /** Pattern of the number called, where it is not one of that country. */
  readonly destination?: string;
  readonly id: string;
  readonly time: string;
  /** Overrides what the account is called in the records. */
  readonly subject?: string;
}

/** A value in so many of the parts that the numbers of a table add up to. */
type Mix<Value> = readonly (readonly [parts: number, value: Value])[];

function pick<Value>(mix: Mix<Value>, random: SeededRandom): Value {
  let rest = random.below(100);
  for (const [parts, value] of mix) {
    rest -= parts;
    if (rest < 0) return value;
  }
  return mix[0]![1];
}

function oneOf<Value>(values: readonly Value[], random: SeededRandom): Value {
  return values[random.below(values.length)]!;
}

const HEX = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, "0"));

/** 16 hexadecimal digits. */
function token(random: SeededRandom): string {
  const high = random.next();
  const low = random.next();
  return HEX[high >>> 16]! + HEX[high & 0xffff]! + HEX[low >>> 16]! + HEX[low & 0xffff]!;
}

/** An id as platforms make them; `line` makes it unique within a seed and month. */
export function eventId(line: number, random: SeededRandom): string {
  const high = random.next();
  const low = random.next();
  const serial = line.toString(16).padStart(12, "0");
  const version = HEX[low >>> 16]!.slice(1);
  return `${HEX[high >>> 16]}${HEX[high & 0xffff]}-${HEX[low & 0xffff]}-4${version}-9a3e-${serial}`;
}

function envelope(scene: EventScene, source: string, type: string, name: string, data: string) {
  const subject = scene.subject ?? name;
  return (
    `{"specversion":"1.0","id":"${scene.id}","source":"${source}","type":"${type}",` +
    `"subject":"${subject}","time":"${scene.time}","data":{${data}}}`
  );
}

const CALL_STATUS: Mix<readonly [status: string, cause: string]> = [
  [62, ["answered", "normalClearing"]],
  [16, ["noAnswer", "noUserResponse"]],
  [9, ["busy", "userBusy"]],
  [8, ["failed", "normalTemporaryFailure"]],
  [5, ["cancelled", "originatorCancel"]],
];

/** Lengths of calls in milliseconds: many are short, a few are very long. */
const CALL_LENGTH: Mix<readonly [least: number, span: number]> = [
  [8, [400, 5_600]],
  [34, [6_000, 54_000]],
  [42, [60_000, 240_000]],
  [14, [300_000, 1_500_000]],
  [2, [1_800_000, 3_600_000]],
];

function seconds(milliseconds: number): string {
  const whole = Math.floor(milliseconds / 1000);
  return `${whole}.${String(1000 + (milliseconds % 1000)).slice(1)}`;
}

function callLength(random: SeededRandom): string {
  const [least, span] = pick(CALL_LENGTH, random);
  return seconds(least + random.below(span));
}

function subscriber({ country, destination, random }: EventScene): string {
  if (destination !== undefined) return numberLike(destination, random);
  return numberLike(oneOf(random.below(10) < 6 ? country.mobile : country.fixed, random), random);
}

function mobile({ country, random }: EventScene): string {
  return numberLike(oneOf(country.mobile, random), random);
}

function writeCall(scene: EventScene, direction: string, from: string, to: string): string {
  const { random, account, destination } = scene;
  const [status, cause] =
    destination === undefined ? pick(CALL_STATUS, random) : CALL_STATUS[0]![1];
  const length = status === "answered" ? callLength(random) : "0";
  const carrier = direction === "inbound" || random.below(100) < 58 ? "atlas" : "meridian";
  return envelope(
    scene,
    "voice-switch",
    "voice.call",
    account.trunk ?? account.name,
    `"direction":"${direction}","from":"${from}","to":"${to}","status":"${status}",` +
      `"durationSeconds":${length},"carrier":"${carrier}",` +
      `"callId":"${token(random)}@sw${1 + random.below(4)}.northwind.example",` +
      `"hangupCause":"${cause}"`,
  );
}

function writeVoiceOutbound(scene: EventScene): string {
  const { random } = scene;
  const to = subscriber(scene);
  // One trunk in eight dials 00 instead of +.
  const dialled = random.below(8) === 0 ? `00${to}` : `+${to}`;
  return writeCall(scene, "outbound", `+${oneOf(scene.numbers, random)}`, dialled);
}

function writeVoiceInbound(scene: EventScene): string {
  const { random } = scene;
  const caller = random.below(50) === 0 ? "anonymous" : `+${subscriber(scene)}`;
  return writeCall(scene, "inbound", caller, `+${oneOf(scene.numbers, random)}`);
}

const SEGMENTS: Mix<number> = [
  [77, 1],
  [15, 2],
  [5, 3],
  [3, 5],
];

const SMS_STATUS: Mix<string> = [
  [91, "delivered"],
  [5, "undelivered"],
  [3, "expired"],
  [1, "rejected"],
];

function writeSms(scene: EventScene): string {
  const { random, account, country } = scene;
  const name = account.apiKey ?? account.name;
  const segments = pick(SEGMENTS, random);
  const messageId = token(random);
  if (random.below(100) < 8) {
    return envelope(
      scene,
      "messaging",
      "sms.message",
      name,
      `"direction":"inbound","from":"${mobile(scene)}","to":"${oneOf(scene.numbers, random)}",` +
        `"segments":${segments},"status":"received","messageId":"${messageId}"`,
    );
  }
  const alphanumeric = random.below(100) < 70;
  const from = alphanumeric ? scene.sender : oneOf(scene.numbers, random);
  const network = oneOf(country.networks, random);
  return envelope(
    scene,
    "messaging",
    "sms.message",
    name,
    `"direction":"outbound","from":"${from}","to":"${mobile(scene)}","segments":${segments},` +
      `"status":"${pick(SMS_STATUS, random)}","mcc":"${network.slice(0, 3)}",` +
      `"mnc":"${network.slice(4)}","carrier":"signalbridge",` +
      `"senderType":"${alphanumeric ? "alphanumeric" : "longCode"}","messageId":"${messageId}"`,
  );
}

const CATEGORIES: Mix<string> = [
  [28, "marketing"],
  [47, "utility"],
  [15, "authentication"],
  [10, "service"],
];

function writeWhatsapp(scene: EventScene): string {
  const { random, account, country } = scene;
  return envelope(
    scene,
    "messaging",
    "whatsapp.message",
    account.apiKey ?? account.name,
    `"to":"${mobile(scene)}","from":"${scene.numbers[0]}",` +
      `"category":"${pick(CATEGORIES, random)}",` +
      `"market":"${country.code}","status":"${random.below(100) < 96 ? "delivered" : "failed"}",` +
      `"carrier":"parley","waba":"waba-${account.name}","messageId":"wamid.${token(random)}"`,
  );
}

const METHODS: Mix<string> = [
  [58, "sms"],
  [18, "whatsapp"],
  [9, "voice"],
  [8, "email"],
  [7, "silentNetwork"],
];

const CHECK_STATUS: Mix<string> = [
  [83, "succeeded"],
  [6, "failed"],
  [11, "expired"],
];

function writeVerify(scene: EventScene): string {
  const { random, account } = scene;
  return envelope(
    scene,
    "verify",
    "verify.check",
    account.name,
    `"channel":"${pick(METHODS, random)}","status":"${pick(CHECK_STATUS, random)}",` +
      `"to":"+${mobile(scene)}","attempts":${pick(SEGMENTS, random)},` +
      `"verificationId":"VE${token(random)}${token(random)}"`,
  );
}

function writeEmail(scene: EventScene): string {
  const { random, account } = scene;
  const isMarketing = random.below(100) < 12;
  const recipients = isMarketing ? 50 + random.below(4950) : 1 + random.below(3);
  return envelope(
    scene,
    "email",
    "email.message",
    account.name,
    `"recipients":${recipients},"domain":"mail.${account.name}.example",` +
      `"stream":"${isMarketing ? "marketing" : "transactional"}",` +
      `"sizeBytes":${2_000 + random.below(90_000)},` +
      `"messageId":"${token(random)}@briefwerk.example"`,
  );
}

const TIERS: Mix<string> = [
  [15, "audio"],
  [40, "sd"],
  [35, "hd"],
  [10, "fullHd"],
];

function writeVideo(scene: EventScene): string {
  const { random, account } = scene;
  return envelope(
    scene,
    "video",
    "video.participant",
    account.name,
    `"durationSeconds":${seconds(20_000 + random.below(4_000_000))},` +
      `"tier":"${pick(TIERS, random)}","roomId":"RM${token(random)}",` +
      `"participantId":"PA${token(random)}","region":"eu-central"`,
  );
}

const NUMBER_TYPES: Mix<string> = [
  [60, "local"],
  [14, "national"],
  [16, "mobile"],
  [8, "tollFree"],
  [2, "shortCode"],
];

function writeNumber(scene: EventScene): string {
  const { random, account } = scene;
  return envelope(
    scene,
    "numbers",
    "number.rental",
    account.name,
    `"number":"+${subscriber(scene)}","numberType":"${pick(NUMBER_TYPES, random)}",` +
      `"country":"${scene.country.code}","months":${random.below(12) === 0 ? 12 : 1}`,
  );
}

const WRITERS: Readonly<Record<Channel, (scene: EventScene) => string>> = {
  voiceOutbound: writeVoiceOutbound,
  voiceInbound: writeVoiceInbound,
  sms: writeSms,
  whatsapp: writeWhatsapp,
  verify: writeVerify,
  email: writeEmail,
  video: writeVideo,
  number: writeNumber,
};

/** The event as one line, without its end. */
export function writeEvent(channel: Channel, scene: EventScene): string {
  return WRITERS[channel](scene);
}
