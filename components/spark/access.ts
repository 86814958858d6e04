import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NamespaceReference } from "../core/contracts";
import { labelsOf } from "../core/labels";
import { driverRules, submitterRules, tokenRules, type RoleRule } from "./roles";

/** The arguments of {@link SparkAccess}. */
export interface SparkAccessArgs {
  /** Where jobs run. Plain, since it decides where objects go. */
  readonly namespace: NamespaceReference;
  /** The Spark release, which decides the rights: `4.1.2`. */
  readonly version: string;
  /** Groups of Kubernetes users that may mint the submitter's token. @default none: cluster administrators alone */
  readonly submitters: readonly string[];
}

type AccountRole = "submitter" | "driver" | "executor";

/** The name of the service account that a role of Spark's runs under. */
export function accountName(role: AccountRole): string {
  return `spark-${role}`;
}

/**
 * Who may do what in the jobs' namespace: one service account each for whoever submits, for drivers and for executors,
 * and a Role for the first two. Executors have no right and no token; nobody has any right outside the namespace.
 */
export class SparkAccess extends pulumi.ComponentResource {
  readonly submitter: pulumi.Output<string>;
  readonly driver: pulumi.Output<string>;
  readonly executor: pulumi.Output<string>;

  constructor(
    private readonly label: string,
    private readonly args: SparkAccessArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:spark:Access", label, {}, opts);
    const submitter = this.createAccount("submitter");
    const driver = this.createAccount("driver");
    const executor = this.createAccount("executor");

    const grants = [
      this.grant("submitter", submitterRules(args.version), submitter),
      this.grant("driver", driverRules(args.version), driver),
    ];
    this.allowMinting();

    // Whoever takes an account's name waits for its rights as well.
    const bound = (account: kubernetes.core.v1.ServiceAccount, binding?: kubernetes.rbac.v1.RoleBinding) =>
      pulumi.all([account.metadata.name, binding?.metadata.name]).apply(([name]) => name);
    this.submitter = bound(submitter, grants[0]);
    this.driver = bound(driver, grants[1]);
    this.executor = bound(executor);
    this.registerOutputs({ submitter: this.submitter, driver: this.driver, executor: this.executor });
  }

  private metadata(name: string, role: string) {
    const labels = labelsOf({ name: "spark", instance: this.label, component: role, version: this.args.version });
    return { name, namespace: this.args.namespace.name, labels };
  }

  private createAccount(role: AccountRole): kubernetes.core.v1.ServiceAccount {
    return new kubernetes.core.v1.ServiceAccount(
      `${this.label}-${role}`,
      {
        metadata: this.metadata(accountName(role), role),
        // The driver's pod template asks for its token; no other pod has a use for one.
        automountServiceAccountToken: false,
      },
      { parent: this },
    );
  }

  private createRole(role: string, rules: readonly RoleRule[]): kubernetes.rbac.v1.Role {
    return new kubernetes.rbac.v1.Role(
      `${this.label}-${role}-role`,
      {
        metadata: this.metadata(`spark-${role}`, role),
        rules: rules.map(({ apiGroups, resources, verbs, resourceNames }) => ({
          apiGroups: [...apiGroups],
          resources: [...resources],
          verbs: [...verbs],
          ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
        })),
      },
      { parent: this },
    );
  }

  private bind(
    role: string,
    to: kubernetes.rbac.v1.Role,
    subjects: kubernetes.types.input.rbac.v1.Subject[],
  ): kubernetes.rbac.v1.RoleBinding {
    return new kubernetes.rbac.v1.RoleBinding(
      `${this.label}-${role}-binding`,
      {
        metadata: this.metadata(`spark-${role}`, role),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: to.metadata.name },
        subjects,
      },
      { parent: this },
    );
  }

  private grant(
    role: AccountRole,
    rules: readonly RoleRule[],
    account: kubernetes.core.v1.ServiceAccount,
  ): kubernetes.rbac.v1.RoleBinding {
    return this.bind(role, this.createRole(role, rules), [
      { kind: "ServiceAccount", name: account.metadata.name, namespace: this.args.namespace.name },
    ]);
  }

  private allowMinting(): void {
    if (this.args.submitters.length === 0) return;
    const role = this.createRole("submitter-token", tokenRules(accountName("submitter")));
    this.bind(
      "submitter-token",
      role,
      this.args.submitters.map((group) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group })),
    );
  }
}
