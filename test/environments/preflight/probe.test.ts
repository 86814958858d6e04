import "reflect-metadata";
import { X509CertificateGenerator } from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { isLeftover } from "../../../environments/preflight/leftovers";
import type { ProbeFacts } from "../../../environments/preflight/probe";
import { listenerPod, probeNamespace, probePod } from "../../../environments/preflight/probe-objects";
import { progressOf } from "../../../environments/preflight/probe-progress";
import { judgeProbe, judgeTarget, titlesOf } from "../../../environments/preflight/reachability";
import type { Target } from "../../../environments/preflight/requirements";
import { sparkRelease } from "../../../infra/versions";
import { schemaFaults } from "../../support/kubernetes-schema";

const now = new Date("2026-06-01T00:00:00Z");
const store: Target = { name: "object store", host: "s3.example.com", port: 443, tls: true, key: "the key" };
const share: Target = { name: "share harp", host: "files.example.com", port: 445, tls: false, key: "the key" };

describe("what the probe found", () => {
  const facts: ProbeFacts = {
    leftovers: [],
    podSecurity: "enforced",
    image: { pulled: true, said: "on node one already" },
    contents: { python: sparkRelease.python, spark: sparkRelease.spark },
    policy: "enforced",
    targets: [
      { name: "DNS in pods", addresses: ["10.96.0.1"] },
      { name: "share harp", addresses: ["10.0.0.9"] },
    ],
  };
  const verdicts = (changed: Partial<ProbeFacts>) =>
    judgeProbe({ ...facts, ...changed }, [share], { image: "spark:1", now }).map(({ verdict }) => verdict);

  it.each([
    ["all is well", {}, ["ok", "ok", "ok", "ok", "ok", "ok"]],
    ["the image has another Python", { contents: { python: "3.11", spark: sparkRelease.spark } }, ["ok", "fail"]],
    ["the image has another Spark", { contents: { python: sparkRelease.python, spark: "4.0.1" } }, ["ok", "fail"]],
    ["the image has no Spark", { contents: { python: sparkRelease.python, spark: null } }, ["ok", "fail"]],
    ["Pod Security isn't enforced", { podSecurity: "not enforced" }, ["ok", "ok", "fail", "ok", "ok", "ok"]],
    ["NetworkPolicies aren't", { policy: "open" }, ["ok", "ok", "ok", "warn", "ok", "ok"]],
    ["nobody knows of NetworkPolicies", { policy: "unknown" }, ["ok", "ok", "ok", "not checked", "ok", "ok"]],
    [
      "the image can't be had",
      {
        image: { pulled: false, said: "not found" },
        ...{ stopped: "no image", contents: undefined, policy: undefined, targets: undefined },
      },
      ["fail", "not checked", "ok", "not checked", "not checked", "not checked"],
    ],
  ] as const)("where %s", (_, changed, expected) => {
    expect(verdicts(changed as Partial<ProbeFacts>).slice(0, expected.length)).toEqual(expected);
  });

  it("says which Python and which Spark the image should have", () => {
    const contents = { python: "3.11", spark: sparkRelease.spark };
    const [, row] = judgeProbe({ ...facts, contents }, [share], { image: "spark:1", now });
    const { python, spark } = sparkRelease;
    expect(row?.found).toBe(
      `Python 3.11, Spark ${spark}; notebooks and this program have Python ${python}, Spark ${spark}`,
    );
  });

  it("has a row for every title", () => {
    const rows = judgeProbe(facts, [share], { image: "spark:1", now });
    expect(rows.map(({ check }) => check)).toEqual(titlesOf([share]));
  });
});

describe("a server outside", () => {
  let certificate: string;
  beforeAll(async () => {
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const made = await X509CertificateGenerator.createSelfSigned({
      name: "CN=s3.example.com",
      keys,
      notBefore: new Date("2026-01-01T00:00:00Z"),
      notAfter: new Date("2026-09-01T00:00:00Z"),
    });
    certificate = Buffer.from(made.rawData).toString("base64");
  });
  it.each([
    ["that answers", share, {}, "ok", "files.example.com:445 answers"],
    ["whose name is unknown", share, { failed: "dns", error: "Name or service not known" }, "fail", "not known"],
    ["that doesn't answer", share, { failed: "connect", error: "timed out" }, "fail", "timed out"],
    ["without TLS where it should be", store, { failed: "tls", error: "wrong version" }, "fail", "(TLS)"],
  ] as const)("%s", (_, target, result, verdict, found) => {
    const row = judgeTarget(target, { name: target.name, ...result }, now);
    expect(row.verdict).toBe(verdict);
    expect(row.found).toContain(found);
  });

  it.each([
    ["a good certificate", {}, now, "ok"],
    ["a certificate that ends soon", {}, new Date("2026-08-25T00:00:00Z"), "warn"],
    ["a certificate that pods don't trust", { distrusted: "self-signed certificate" }, now, "fail"],
  ] as const)("with %s", (_, result, at, verdict) => {
    const row = judgeTarget(store, { name: store.name, certificate, ...result }, at);
    expect(row.verdict).toBe(verdict);
    expect(row.found).toContain("until 2026-09-01");
  });
});

describe("a pod of the probe", () => {
  const waiting = (reason: string) => ({
    status: { phase: "Pending", containerStatuses: [{ state: { waiting: { reason, message: "why" } } }] },
  });
  const unscheduled = { type: "PodScheduled", reason: "Unschedulable", message: "0/1 nodes" };
  it.each([
    [
      { status: { phase: "Running", podIP: "10.0.0.1" }, spec: { nodeName: "one" } },
      { state: "running", node: "one" },
    ],
    [{ status: { phase: "Succeeded" }, spec: {} }, { state: "succeeded" }],
    [waiting("ImagePullBackOff"), { state: "no image", reason: "why" }],
    [waiting("InvalidImageName"), { state: "no image", reason: "why" }],
    [waiting("ErrImagePull"), { state: "pending", pullError: "why" }],
    [waiting("ContainerCreating"), { state: "pending", unschedulable: false }],
    [waiting("CreateContainerError"), { state: "failed", reason: "CreateContainerError: why" }],
    [{ status: { phase: "Pending", conditions: [unscheduled] } }, { state: "pending", unschedulable: true }],
    [{ status: { phase: "Failed", reason: "DeadlineExceeded" } }, { state: "failed", reason: "DeadlineExceeded" }],
  ])("%j", (pod, progress) => {
    expect(progressOf(pod as never)).toMatchObject(progress);
  });

  const args = { namespace: "a", image: "spark:1", nodeSelector: {}, tolerations: [], pullSecret: true, deadline: 60 };
  it("is one that Kubernetes and Pod Security's level restricted take, with a bounded life", () => {
    for (const pod of [listenerPod(args), probePod(args, "10.0.0.1", [])]) {
      expect(schemaFaults(pod)).toEqual([]);
      expect(pod.spec).toMatchObject({
        activeDeadlineSeconds: 60,
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true },
        containers: [
          { securityContext: { capabilities: { drop: ["ALL"] } }, resources: { limits: { memory: "128Mi" } } },
        ],
      });
    }
  });
});

describe("what an earlier check left behind", () => {
  const present = { now, host: "here", isAlive: (id: number) => id === 1 };
  const made = (host: string, process: number, until: string) =>
    probeNamespace("hamilton-preflight-a", { host, process, until: new Date(until) });
  const [later, earlier] = ["2026-06-01T01:00:00Z", "2026-05-31T23:00:00Z"];
  it.each([
    ["stays while its process runs here", made("here", 1, later), false],
    ["goes once its process has ended", made("here", 2, later), true],
    ["stays within its time if made elsewhere", made("there", 2, later), false],
    ["goes after its time", made("there", 1, earlier), true],
    ["goes if nobody knows whose it is", { metadata: { annotations: {} } }, true],
    ["is left alone while it is being deleted", { metadata: { deletionTimestamp: later } }, false],
  ])("%s", (_, namespace, expected) => {
    expect(isLeftover(namespace as never, present)).toBe(expected);
  });
});
