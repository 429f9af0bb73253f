import type { SeededRandom } from "./seeded-random.ts";

/** What traffic is made from: who uses the platform how much, and the numbers they reach. */
export interface TrafficWorld {
  readonly accounts: readonly TrafficAccount[];
  readonly countries: readonly TrafficCountry[];
  /** Destinations that every deck blocks. */
  readonly blocked: readonly string[];
  /** Destinations that no deck has. */
  readonly unpriced: readonly string[];
}

export interface TrafficAccount {
  readonly name: string;
  /** Where its own numbers and most of its destinations are. */
  readonly country: string;
  readonly profile: Profile;
  /** Share of the traffic, relative to the other accounts. */
  readonly weight: number;
  /** What the voice switch calls it, if not by its name. */
  readonly trunk?: string;
  /** What the messaging platform calls it, if not by its name. */
  readonly apiKey?: string;
}

/** What an account mostly does. */
export type Profile = "contact" | "otp" | "notify" | "shop" | "health" | "class" | "mixed";

/** Patterns are E.164 digits in which `N` stands for 2 to 9 and `X` for 0 to 9. */
export interface TrafficCountry {
  readonly code: string;
  readonly weight: number;
  readonly mobile: readonly string[];
  readonly fixed: readonly string[];
  /** Networks as MCC-MNC. */
  readonly networks: readonly string[];
}

export type Channel = (typeof CHANNELS)[number];

export const CHANNELS = [
  "voiceOutbound",
  "voiceInbound",
  "sms",
  "whatsapp",
  "verify",
  "email",
  "video",
  "number",
] as const;

/** Share of each channel in a thousand events. */
export const CHANNEL_PER_MILLE: Readonly<Record<Channel, number>> = {
  voiceOutbound: 330,
  voiceInbound: 90,
  sms: 330,
  whatsapp: 100,
  verify: 80,
  email: 45,
  video: 20,
  number: 5,
};

/** How much of its weight an account of a profile puts on each channel. */
export const PROFILE_WEIGHTS: Readonly<Record<Profile, Readonly<Record<Channel, number>>>> = {
  contact: weights(10, 10, 1, 1, 0, 1, 0, 3),
  otp: weights(1, 0, 10, 2, 10, 0, 0, 1),
  notify: weights(1, 0, 8, 8, 0, 8, 0, 1),
  shop: weights(0, 1, 3, 6, 1, 10, 0, 1),
  health: weights(3, 3, 3, 1, 1, 1, 8, 2),
  class: weights(0, 0, 1, 0, 1, 4, 10, 0),
  mixed: weights(3, 3, 3, 3, 3, 3, 3, 3),
};

function weights(...ofChannels: readonly number[]): Record<Channel, number> {
  const entries = CHANNELS.map((channel, at) => [channel, ofChannels[at]!] as const);
  return Object.fromEntries(entries) as Record<Channel, number>;
}

/** The number that a pattern becomes with the next random digits. */
export function numberLike(pattern: string, random: SeededRandom): string {
  let at = 0;
  while (at < pattern.length && pattern.charCodeAt(at) <= 0x39) at++;
  let number = pattern.slice(0, at);
  if (pattern[at] === "N") {
    number += 2 + random.below(8);
    at++;
  }
  const digits = pattern.length - at;
  if (digits === 0) return number;
  const power = 10 ** digits;
  return number + String(power + random.below(power)).slice(1);
}
