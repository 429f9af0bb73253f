import { z } from "zod";

/** What a publication proposes, on the wire. */
export const proposedReratingsSchema = z
  .array(
    z.object({
      from: z.string(),
      to: z.string(),
      agreements: z.array(z.string()),
      events: z.int().describe("Of these hours: at most so many change"),
    }),
  )
  .describe(
    "Events that the catalogue before has priced and this one would price otherwise: bodies for " +
      "`POST /v1/reratings/preview`, without `events`",
  );
