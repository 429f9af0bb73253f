/** The sample world's traffic: its accounts are those of the demo catalogue. */
import { COUNTRIES } from "./demo-numbers.ts";
import type { Profile, TrafficAccount, TrafficWorld } from "./traffic-world.ts";

/** Seed of the traffic that the demo shows. */
export const DEMO_SEED = 20_261_001;

/** Month of the traffic that the demo shows. */
export const DEMO_MONTH = "2026-10";

type Names = Pick<TrafficAccount, "trunk" | "apiKey">;
type AccountRow = readonly [name: string, country: string, Profile, weight: number, names?: Names];

/** Resellers have no traffic of their own. The weights fall off as those of customers do. */
const ACCOUNTS: readonly AccountRow[] = [
  ["alpenkurier-dispatch", "DE", "contact", 600, { trunk: "trunk-4101" }],
  ["alpenkurier-notify", "DE", "notify", 900, { apiKey: "ak-30aa71" }],
  ["tulpenbank-otp", "NL", "otp", 1400, { apiKey: "ak-c02b9d" }],
  ["tulpenbank-service", "NL", "contact", 500, { trunk: "trunk-4102" }],
  ["tulpenbank-cards", "NL", "notify", 700],
  ["vantora-otp", "FR", "otp", 2600, { apiKey: "ak-9f31c2" }],
  ["vantora-stores", "FR", "shop", 1300],
  ["vantora-care", "FR", "contact", 1500, { trunk: "trunk-4103" }],
  ["lumenwerk", "DE", "mixed", 420],
  ["hafenmarkt", "DE", "shop", 380],
  ["pflegelotse", "DE", "health", 260],
  ["sonnwend", "AT", "mixed", 210],
  ["officina-verde", "IT", "shop", 120],
  ["clinicas-costanera", "ES", "health", 240],
  ["norrland", "SE", "notify", 330],
  ["faro-mobil", "PT", "notify", 90],
  ["polderzorg", "NL", "health", 70],
  ["karpatia", "RO", "otp", 160],
  ["heliopark", "GR", "otp", 60],
  ["pennine-claims", "GB", "contact", 800, { trunk: "trunk-4201" }],
  ["pennine-notify", "GB", "notify", 520],
  ["copperfield", "GB", "health", 80],
  ["thistle-alerts", "GB", "notify", 610],
  ["thistle-desk", "GB", "contact", 280, { trunk: "trunk-4202" }],
  ["oakmere", "GB", "mixed", 55],
  ["lagoon-pay", "NG", "otp", 720, { apiKey: "ak-e4416f" }],
  ["prairie-visits", "US", "health", 560],
  ["prairie-notify", "US", "notify", 640],
  ["bluepeak-dispatch", "US", "contact", 760, { trunk: "trunk-4301" }],
  ["bluepeak-notify", "US", "notify", 1100, { apiKey: "ak-15e8a4" }],
  ["bluepeak-otp", "US", "otp", 480],
  ["cascadia", "US", "class", 450],
  ["mapleridge", "CA", "otp", 300],
  ["dunes-fleet", "AE", "notify", 230],
  ["merlion-shop", "SG", "shop", 410],
  ["merlion-otp", "SG", "otp", 350],
  ["deccan-otp", "IN", "otp", 1900, { apiKey: "ak-77d0be" }],
  ["deccan-dispatch", "IN", "contact", 540, { trunk: "trunk-4302" }],
  ["acacia", "KE", "otp", 140],
  ["rio-entrega", "BR", "notify", 360],
  ["kookaburra", "AU", "health", 75],
  ["gulfport", "US", "health", 95],
  ["harlow-main", "US", "contact", 260, { trunk: "trunk-4401" }],
  ["harlow-notify", "US", "notify", 150],
  ["summit-roofing", "US", "mixed", 65],
  ["lakeside", "US", "health", 50],
  ["ironwood", "US", "contact", 110, { trunk: "trunk-4402" }],
  ["desert-bloom-shop", "US", "shop", 85],
  ["desert-bloom-desk", "US", "mixed", 40],
  ["kelterhof", "DE", "shop", 70],
  ["moselapotheken", "DE", "notify", 180],
  ["moselapotheken-video", "DE", "class", 60],
  ["nahetaxi-dispatch", "DE", "contact", 220, { trunk: "trunk-4501" }],
  ["nahetaxi-otp", "DE", "otp", 90],
  ["hunsrueckbau", "DE", "mixed", 45],
  ["taunus-it", "DE", "mixed", 60],
];

export const DEMO_WORLD: TrafficWorld = {
  accounts: ACCOUNTS.map(([name, country, profile, weight, names]) => {
    return { name, country, profile, weight, ...names };
  }),
  countries: COUNTRIES,
  blocked: ["1900NXXXXXX", "4470NXXXXXXX", "49900XXXXXX"],
  unpriced: ["87077XXXXXXX", "8816XXXXXXXX", "88213XXXXXXX"],
};
