import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { readStartRecord } from "../../../local/stack/record";
import { mustRun } from "./commands";

/**
 * A user of the embedded cluster whose writes the API server counts apart from everybody else's: controllers write all
 * the time. The server's own sorting of requests by who sends them (a FlowSchema) is what counts; a write that is only
 * tried (`dryRun`) counts too.
 */
export class CountedUser {
  constructor(
    /** A name that no other test uses. */
    private readonly name: string,
    /** The folder for the user's files. */
    private readonly folder: string,
  ) {}

  /** Makes the user, who may do everything. Gives the path of its kubeconfig: the cluster's own but for the user. */
  async create(): Promise<string> {
    const { name } = this;
    const subject = { kind: "ServiceAccount", name, namespace: "default" };
    const { namespace } = subject;
    const group = "flowcontrol.apiserver.k8s.io";
    const writes = {
      verbs: ["create", "update", "patch", "delete", "deletecollection"],
      ...{ apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true },
    };
    const items = [
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
      {
        ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name } },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [subject],
      },
      {
        ...{ apiVersion: `${group}/v1`, kind: "FlowSchema", metadata: { name } },
        spec: {
          matchingPrecedence: 50,
          priorityLevelConfiguration: { name: "workload-high" },
          rules: [
            { subjects: [{ kind: "ServiceAccount", serviceAccount: { name, namespace } }], resourceRules: [writes] },
          ],
        },
      },
    ];
    const file = join(this.folder, "counted-user.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await mustRun("kubectl", ["apply", "-f", file]);
    const token = (await mustRun("kubectl", ["-n", namespace, "create", "token", name, "--duration", "2h"])).trim();
    const kubeconfig = parseDocument(readFileSync(readStartRecord().engine.kubeconfig, "utf8"));
    kubeconfig.setIn(["users", 0, "user"], kubeconfig.createNode({ token }));
    const path = join(this.folder, "kubeconfig");
    writeFileSync(path, kubeconfig.toString(), { mode: 0o600 });
    return path;
  }

  /** How many writes of this user the API server has taken since the user was made. */
  async writes(): Promise<number> {
    const metrics = await mustRun("kubectl", ["get", "--raw", "/metrics"]);
    const counter = "apiserver_flowcontrol_dispatched_requests_total";
    return metrics
      .split("\n")
      .filter((line) => line.startsWith(`${counter}{`) && line.includes(`flow_schema="${this.name}"`))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Removes the user. */
  async remove(): Promise<void> {
    for (const kind of ["flowschema", "clusterrolebinding", "serviceaccount"])
      await mustRun("kubectl", ["-n", "default", "delete", kind, this.name, "--ignore-not-found"]);
  }
}
