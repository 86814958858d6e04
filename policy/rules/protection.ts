import { dataBearer, type DataBearer } from "../../kubernetes/data-bearing";
import { objectsIn, type Fault, type Rule } from "../rule";

/** The engine itself refuses to delete or replace what can't be made again. */
export const stateProtected: Rule = {
  name: "state-protected",
  description:
    "Volumes, claims, StatefulSets with claims of their own, their Namespaces, buckets and generated passwords are protected.",
  why: "A protected resource is refused to be deleted or replaced until somebody says so by `pulumi state unprotect`.",
  environments: "production",
  sees: "environment",
  *check(resource, context) {
    if (resource.protect) return;
    const bearer = dataBearer(
      resource,
      objectsIn(context).map(({ manifest }) => manifest),
    );
    if (bearer !== undefined) yield unprotected(bearer);
  },
};

/** What a fault says of each kind of resource that bears data. */
const reasons: Partial<Readonly<Record<DataBearer, string>>> = {
  password: "generated value",
  namespace: "holds an object that bears data",
};

function unprotected(bearer: DataBearer): Fault {
  const what = reasons[bearer] ?? "bears data";
  return { field: "protect (resource option)", value: `false (${what})`, fix: "create it with protect: true" };
}
