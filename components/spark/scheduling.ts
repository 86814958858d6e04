import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { labelsOf } from "../core/labels";
import { joinedName } from "../core/names";
import { driversQuota, quotaHard, type SparkQuota } from "./quota";

/** How urgent pods are where there isn't room for all. */
export interface SparkPriorities {
  /** The value of the drivers' PriorityClass. @default 1000 */
  readonly driver?: number;
  /** The value of the executors' PriorityClass. @default 900 */
  readonly executor?: number;
  /** Whether pods of lower priority are evicted for them. @default Never */
  readonly preemption?: "Never" | "PreemptLowerPriority";
}

/** What {@link declareScheduling} is told. */
export interface SparkSchedulingArgs {
  /** Where jobs run. */
  readonly namespace: NamespaceReference;
  /** Put before the names of the PriorityClasses, which have no namespace. Plain, since it decides names. @default none */
  readonly prefix?: string;
  /** @default see {@link SparkPriorities} */
  readonly priorities?: SparkPriorities;
  /** What all jobs together may use; drivers get their share of it. */
  readonly quota: SparkQuota;
  /** The Spark release, for labels. */
  readonly version: string;
}

/** The names of the PriorityClasses. */
export interface SparkPriorityClasses {
  /** The drivers', known once their quota stands. */
  readonly driver: pulumi.Output<string>;
  readonly executor: pulumi.Output<string>;
}

/** The name of the PriorityClass of drivers or of executors: PriorityClasses have no namespace, so the prefix is part of it. */
export function priorityClassName(role: "driver" | "executor", prefix?: string): string {
  return joinedName("prefix", prefix, `spark-${role}`);
}

/**
 * Declares who gets room where there isn't enough: a PriorityClass each for drivers and executors, and a quota on
 * drivers, as children of `parent`.
 *
 * Drivers go by their PriorityClass, so that however many are submitted, executors find room beside them; without it
 * drivers fill the quota and all wait for executors that never come.
 *
 * @throws ValueFault if the prefix makes no valid name.
 */
export function declareScheduling(
  name: string,
  args: SparkSchedulingArgs,
  parent: pulumi.ComponentResource,
): SparkPriorityClasses {
  const { driver = 1000, executor = 900 } = args.priorities ?? {};
  const drivers = priorityClass(name, "driver", driver, args, parent);
  const executors = priorityClass(name, "executor", executor, args, parent);
  const quota = driversResourceQuota(name, drivers, args, parent);
  return {
    driver: pulumi.all([drivers.metadata.name, quota.metadata.name]).apply(([own]) => own),
    executor: executors.metadata.name,
  };
}

function labels(name: string, component: string, { version }: SparkSchedulingArgs): Record<string, string> {
  return labelsOf({ name: "spark", instance: name, component, version });
}

function priorityClass(
  name: string,
  role: "driver" | "executor",
  value: number,
  args: SparkSchedulingArgs,
  parent: pulumi.ComponentResource,
): kubernetes.scheduling.v1.PriorityClass {
  return new kubernetes.scheduling.v1.PriorityClass(
    `${name}-${role}-priority`,
    {
      metadata: { name: priorityClassName(role, args.prefix), labels: labels(name, role, args) },
      value,
      preemptionPolicy: args.priorities?.preemption ?? "Never",
      description: `Spark ${role}s of namespace ${args.namespace.physicalName}.`,
    },
    // Kubernetes refuses to change either field in place, and the provider doesn't know.
    { parent, replaceOnChanges: ["value", "preemptionPolicy"], deleteBeforeReplace: true },
  );
}

function driversResourceQuota(
  name: string,
  priority: kubernetes.scheduling.v1.PriorityClass,
  args: SparkSchedulingArgs,
  parent: pulumi.ComponentResource,
): kubernetes.core.v1.ResourceQuota {
  const matching = { scopeName: "PriorityClass", operator: "In", values: [priority.metadata.name] };
  return new kubernetes.core.v1.ResourceQuota(
    `${name}-drivers-quota`,
    {
      metadata: { name: "spark-drivers", namespace: args.namespace.name, labels: labels(name, "driver", args) },
      spec: { hard: quotaHard(driversQuota(args.quota)), scopeSelector: { matchExpressions: [matching] } },
    },
    // A quota's scopes can't be changed in place.
    { parent, replaceOnChanges: ["spec.scopeSelector"], deleteBeforeReplace: true },
  );
}
