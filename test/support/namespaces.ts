import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../../components/core/contracts";

/** A namespace as other components see it, without the objects behind it. */
export function namespaceReference(role: string, prefix?: string): NamespaceReference {
  const physicalName = prefix === undefined ? role : `${prefix}-${role}`;
  return { role, physicalName, name: pulumi.output(physicalName) };
}
