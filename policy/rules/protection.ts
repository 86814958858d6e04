import { holdsDataBearing, isDataBearing } from "../../kubernetes/data-bearing";
import { objectsIn, type Fault, type Rule } from "../rule";

/** The engine itself refuses to delete or replace what can't be made again. */
export const stateProtected: Rule = {
  name: "state-protected",
  description:
    "Volumes, claims, StatefulSets with claims of their own, the Namespaces of these, and generated passwords are protected.",
  why: "A protected resource is refused to be deleted or replaced until somebody says so by `pulumi state unprotect`.",
  environments: "production",
  sees: "environment",
  *check(resource, context) {
    const { manifest, protect } = resource;
    if (protect) return;
    if (resource.type.startsWith("random:")) yield unprotected("generated value");
    else if (manifest === undefined) return;
    else if (isDataBearing(manifest)) yield unprotected("bears data");
    else if (
      manifest.kind === "Namespace" &&
      holdsDataBearing(
        manifest,
        objectsIn(context).map((one) => one.manifest),
      )
    )
      yield unprotected("holds an object that bears data");
  },
};

function unprotected(what: string): Fault {
  return { field: "protect (resource option)", value: `false (${what})`, fix: "create it with protect: true" };
}
