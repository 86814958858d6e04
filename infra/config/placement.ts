import { z } from "zod";
import { words } from "./values";

/** Taints of nodes that pods bear. */
export const tolerations = z
  .array(
    z.strictObject({
      key: words("a taint's key").optional().meta({ description: "The taint. Default: every taint." }),
      operator: z.enum(["Equal", "Exists"]).default("Equal").meta({ description: "Default: Equal." }),
      value: words("a taint's value").optional().meta({ description: "The taint's value." }),
      effect: z
        .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
        .optional()
        .meta({ description: "The taint's effect. Default: every effect." }),
    }),
  )
  .default([])
  .meta({ description: "Taints of nodes that these pods bear. Default: none." });

/** Labels that the nodes of pods must have. */
export const nodeSelector = z
  .record(words("a label's name"), z.string({ error: "a label's value" }))
  .default({})
  .meta({ description: "Labels of the nodes that these pods run on. Default: any node." });
