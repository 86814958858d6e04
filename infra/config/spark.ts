import { z } from "zod";
import { nodeSelector, tolerations } from "./placement";
import { cpu, duration, fraction, memory, whole, words } from "./values";

/** The group of Kubernetes users that everybody with a valid credential is in: never one that may submit. */
const everybody = ["system:authenticated", "system:unauthenticated", "system:serviceaccounts"];

/** A Java heap: from what Spark's own memory manager needs (450 MiB) to the largest machines. */
export const heap = memory({ from: "512m", to: "1024g" });

const overhead = memory({ from: "128m", to: "256g" })
  .optional()
  .meta({ description: "Memory beside the Java heap: Python, buffers. Default: 40 % of it, at least 384m." });

/** The size and place of a pod that Spark makes. */
export function podSize(what: string) {
  return z
    .strictObject({
      cores: whole(1, 64)
        .default(1)
        .meta({ description: `Task threads and CPU limit of ${what}. Default: 1.` }),
      requestCores: cpu({ from: "0.05", to: "64" })
        .optional()
        .meta({ description: "CPUs set aside on the node, at most cores. Default: cores." }),
      memory: heap.meta({ description: "The Java heap, in Spark's notation (2g)." }),
      memoryOverhead: overhead,
      nodeSelector,
      tolerations,
    })
    .meta({ description: `The size and place of ${what}, unless a job says otherwise.` });
}

/** Settings of Spark that a stack file adds. */
export function sparkSettings(whom: string) {
  return z
    .record(
      z.string().regex(/^spark\.[A-Za-z0-9._-]+$/, {
        error: 'the name of a Spark setting such as "spark.sql.shuffle.partitions"',
      }),
      z.string({ error: "a text (quote numbers and booleans)" }),
    )
    .default({})
    .meta({ description: `Further Spark settings for ${whom}. Default: none.` });
}

/** `hamilton:spark`: sizes, bounds and rights of Spark jobs. */
export const sparkGroup = z
  .strictObject({
    driver: podSize("a driver"),
    executor: podSize("an executor"),
    executors: z
      .strictObject({
        min: whole(0, 1000).default(0).meta({ description: "Executors a job keeps. Default: 0." }),
        max: whole(1, 1000).meta({ description: "The most executors a job gets by default." }),
        idleTimeout: duration({ from: "10s", to: "1d" })
          .default("1m")
          .meta({ description: "How long an idle executor is kept. Default: 1m." }),
        shuffleTimeout: duration({ from: "1m", to: "7d" })
          .default("30m")
          .meta({ description: "How long an idle executor is kept for the shuffle data it holds. Default: 30m." }),
      })
      .meta({ description: "How many executors a job has (dynamic allocation)." }),
    quota: z
      .strictObject({
        cpu: cpu({ from: "0.1", to: "10000" }).meta({
          description: "CPUs that all pods of the namespace may set aside.",
        }),
        memory: memory({ from: "1g", to: "1024t" }).meta({ description: "Memory of all pods of the namespace." }),
        pods: whole(2, 10000).meta({ description: "How many pods the namespace may have, finished ones left out." }),
        driversShare: fraction(0.05, 0.95).default(0.3).meta({
          description:
            "The part of the quota that drivers may take, so that many drivers leave room for executors. Default: 0.3.",
        }),
      })
      .meta({ description: "What all jobs together may use." }),
    priorities: z
      .strictObject({
        driver: whole(-1000000000, 1000000000).default(1000).meta({ description: "Drivers' priority. Default: 1000." }),
        executor: whole(-1000000000, 1000000000)
          .default(900)
          .meta({ description: "Executors' priority. Default: 900." }),
        preemption: z
          .enum(["Never", "PreemptLowerPriority"])
          .default("Never")
          .meta({ description: "Whether pods of lower priority are evicted for them. Default: Never." }),
      })
      .prefault({})
      .meta({ description: "Which pods are scheduled first where there isn't room for all." }),
    submitters: z
      .array(
        words("the name of a Kubernetes group").refine((group) => !everybody.includes(group), {
          error: "a group of chosen people; this one has everybody in it",
        }),
      )
      .default([])
      .meta({
        description: "Groups of users that may mint the submitter's short-lived token. Default: cluster admins only.",
      }),
    tokenDuration: duration({ from: "10m", to: "1d" })
      .default("1h")
      .meta({ description: "How long a submitter's token is valid. Kubernetes gives no less than 10m. Default: 1h." }),
    settings: sparkSettings("every job"),
  })
  .meta({ description: "Spark jobs: sizes, bounds and rights." });
