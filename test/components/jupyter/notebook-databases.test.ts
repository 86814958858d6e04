import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { databaseConnection } from "../../../components/databases/connection";
import type { Notebook } from "../../../components/jupyter/notebook";
import type { Recording } from "../../../review/recording";
import { podOf, run, templateOf, type Pod } from "./notebook-example";

describe("a notebook's databases", () => {
  const databases = [
    databaseConnection("harp", {
      ...{ kind: "sqlserver", host: "sql.example.com", port: 1433, database: "harp", cidrs: ["10.50.0.11/32"] },
      ...{ user: "reader", password: pulumi.secret("hush-sql") },
    }),
    databaseConnection("risk", {
      ...{ kind: "postgresql", host: "pg.example.com", port: 5432, database: "risk", cidrs: ["10.50.0.12/32"] },
      ...{ user: "reader", password: pulumi.secret("hush-pg"), certificates: "PEM" },
    }),
  ] as const;
  let made: Recording<Notebook>;
  beforeAll(async () => {
    made = await run({ databases });
  });

  it("are files in the folder that kernels look in", () => {
    expect(Object.keys(made.manifest("Secret", "databases").stringData as object).sort()).toEqual([
      ...["harp.json", "harp.password", "risk.json", "risk.password"],
    ]);
    expect(podOf(made).volumes).toContainEqual({ name: "databases", secret: { secretName: "databases" } });
    expect(podOf(made).containers[0]?.volumeMounts).toContainEqual({
      ...{ name: "databases", mountPath: "/etc/hamilton/databases", readOnly: true },
    });
    expect(podOf(made).containers[0]?.env).toContainEqual({
      ...{ name: "HAMILTON_DATABASES", value: "/etc/hamilton/databases" },
    });
  });

  it("have the certificates of their authorities at one path, in the pod and in executors", () => {
    const mount = { name: "database-certificates", mountPath: "/etc/hamilton/database-certificates", readOnly: true };
    const volume = { name: "database-certificates", configMap: { name: "database-certificates" } };
    const { data } = made.manifest("ConfigMap", "spark-settings") as { data: Record<string, string> };
    const { spec } = parse(data["executor-pod-template.yaml"] ?? "") as { spec: Pod };
    for (const { containers, volumes } of [podOf(made), spec]) {
      expect(containers[0]?.volumeMounts).toContainEqual(mount);
      expect(volumes).toContainEqual(volume);
    }
  });

  it("hand no password to executors, and none to anything but their Secret", () => {
    const { data } = made.manifest("ConfigMap", "spark-settings") as { data: Record<string, string> };
    expect(Object.values(data).join("\n")).not.toMatch(/\/etc\/hamilton\/databases|secret:/);
    const others = made.resources.filter(({ name }) => name !== "notebook-harp-databases");
    expect(JSON.stringify(others.map(({ inputs }) => inputs))).not.toMatch(/hush-(sql|pg)/);
  });

  it("may have another password, address or user without a restart of the pod", async () => {
    const [harp, risk] = databases;
    const other = { ...harp, url: "jdbc:sqlserver://other", user: "other", password: pulumi.secret("other") };
    expect(templateOf(await run({ databases: [other, risk] }))).toEqual(templateOf(made));
  });

  it("are reached from the pod and from its executors, each on its own port and addresses", () => {
    expect(made.manifest("NetworkPolicy", "notebook-to-database-harp-egress").spec).toEqual({
      podSelector: { matchLabels: { "app.kubernetes.io/instance": "harp" } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "10.50.0.11/32" } }], ports: [{ port: 1433, protocol: "TCP" }] }],
    });
    expect(made.manifest("NetworkPolicy", "notebook-to-database-risk-egress").spec).toMatchObject({
      egress: [{ to: [{ ipBlock: { cidr: "10.50.0.12/32" } }], ports: [{ port: 5432, protocol: "TCP" }] }],
    });
  });

  it("can't be named twice", async () => {
    await expect(run({ databases: [databases[0], databases[0]] })).rejects.toThrow(
      /databases is \["harp","harp"\]; expected each database once/,
    );
  });
});
