import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { clientDriverRules, type RoleRule } from "../spark/roles";
import { accounts } from "./settings";

/** The service accounts of a notebook's namespace. */
export interface NotebookAccounts {
  /** Of the notebook's pod; known once its rights stand. */
  readonly notebook: pulumi.Output<string>;
  /** Of its executors: no rights and no token. */
  readonly executor: pulumi.Output<string>;
}

/**
 * What a notebook may do in its namespace: what its drivers need to have executors, and to read what became of them, so
 * that a cell can say why it gets none.
 *
 * @param version The Spark release.
 */
export function notebookRules(version: string): readonly RoleRule[] {
  return [...clientDriverRules(version), { apiGroups: [""], resources: ["events"], verbs: ["list"] }];
}

/** Declares the accounts of a notebook's namespace and the rights of the one that has any. */
export function createAccess(
  label: string,
  args: {
    readonly namespace: NamespaceReference;
    readonly labels: Readonly<Record<string, string>>;
    readonly sparkVersion: string;
  },
  parent: pulumi.ComponentResource,
): NotebookAccounts {
  const metadata = (name: string) => ({ name, namespace: args.namespace.name, labels: { ...args.labels } });
  const account = (role: keyof typeof accounts) =>
    new kubernetes.core.v1.ServiceAccount(
      `${label}-${role}-account`,
      // The one container that asks the API mounts a token of its own; nothing else in these pods has a use for one.
      { metadata: metadata(accounts[role]), automountServiceAccountToken: false },
      { parent },
    );
  const notebook = account("notebook");
  const executor = account("executor");
  const role = new kubernetes.rbac.v1.Role(
    `${label}-role`,
    {
      metadata: metadata(accounts.notebook),
      rules: notebookRules(args.sparkVersion).map(({ apiGroups, resources, verbs }) => ({
        apiGroups: [...apiGroups],
        resources: [...resources],
        verbs: [...verbs],
      })),
    },
    { parent },
  );
  const binding = new kubernetes.rbac.v1.RoleBinding(
    `${label}-binding`,
    {
      metadata: metadata(accounts.notebook),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: notebook.metadata.name, namespace: args.namespace.name }],
    },
    { parent },
  );
  return {
    notebook: pulumi.all([notebook.metadata.name, binding.metadata.name]).apply(([name]) => name),
    executor: executor.metadata.name,
  };
}
