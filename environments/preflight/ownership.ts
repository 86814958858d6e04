import { platformName } from "../../components/core/labels";
import { text, type Values } from "../../kubernetes/json";
import type { Check } from "./check";
import { fail, ok, type Row } from "./row";

export { platformName } from "../../components/core/labels";

/** The label by which every object of the platform is known. */
export const partOfLabel = "app.kubernetes.io/part-of";

/** An object without a namespace that the environment declares, and what of it is on the cluster. */
export interface OwnershipFact {
  readonly kind: string;
  readonly name: string;
  readonly state: "absent" | "ours" | "foreign" | "terminating";
}

/** Whether an object on the cluster is the platform's. */
export function stateOf(object: Values | undefined): OwnershipFact["state"] {
  if (object === undefined) return "absent";
  if (text(object, "metadata", "deletionTimestamp") !== "") return "terminating";
  return text(object, "metadata", "labels", partOfLabel) === platformName ? "ours" : "foreign";
}

/** Rows of the namespaces, one each, and one of all other names without a namespace. */
export function judgeOwnership(facts: readonly OwnershipFact[]): readonly Row[] {
  const namespaces = facts.filter(({ kind }) => kind === "Namespace");
  const others = facts.filter(({ kind }) => kind !== "Namespace");
  return [...namespaces.map(judgeNamespace), ...(others.length === 0 ? [] : [judgeOthers(others)])];
}

function judgeNamespace({ name, state }: OwnershipFact): Row {
  const check = `namespace ${name}`;
  const prefix = "give hamilton:namespaces.prefix a value of its own";
  switch (state) {
    case "absent":
      return ok(check, "not there yet");
    case "ours":
      return ok(check, "there, of this platform");
    case "terminating":
      return fail(check, "is being deleted", `wait until it is gone, or ${prefix}`);
    case "foreign":
      return fail(check, "there, and somebody else's", prefix);
  }
}

function judgeOthers(facts: readonly OwnershipFact[]): Row {
  const check = "cluster-wide names";
  const bad = facts.filter(({ state }) => state === "foreign" || state === "terminating");
  if (bad.length === 0) {
    const there = facts.filter(({ state }) => state === "ours").length;
    return ok(check, `${facts.length - there} free, ${there} of this platform`);
  }
  const shown = bad.map(
    ({ kind, name, state }) => `${kind} ${name} is ${state === "foreign" ? "somebody else's" : "being deleted"}`,
  );
  return fail(check, shown.join("; "), "give hamilton:namespaces.prefix a value of its own");
}

export const ownershipCheck: Check = {
  title: "namespaces",
  run: async (cluster, { manifests }) => {
    // The CSI driver has a check of its own: its name is fixed.
    const named = manifests.filter(({ kind, metadata }) => metadata.namespace === undefined && kind !== "CSIDriver");
    const facts = named.map(async ({ apiVersion, kind, metadata: { name } }) => ({
      kind,
      name,
      state: stateOf(await cluster.find(await cluster.path(apiVersion, kind, "", name))),
    }));
    return judgeOwnership(await Promise.all(facts));
  },
};
