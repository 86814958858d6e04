import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseStackFile, type StackConfig } from "../../../infra/config";
import type { Manifest } from "../../../kubernetes/manifest";
import { renderEnvironment } from "../../../review/environments";
import { manifestsOf } from "../../../review/manifests";
import {
  classNeeds,
  ingressClassNeeds,
  nodePortNeeds,
  podNeeds,
  targets,
} from "../../../environments/preflight/requirements";
import { environments, renderedPlatforms, stackFileText, type Environment } from "../../support/platform";
import { changed } from "../../support/stack-files";

describe("what an environment asks of a cluster", () => {
  const wanted = new Map<Environment, { config: StackConfig; manifests: readonly Manifest[] }>();
  beforeAll(async () => {
    const platforms = await renderedPlatforms();
    for (const name of environments) {
      const run = platforms.get(name);
      if (run === undefined) throw new Error(`${name} wasn't rendered`);
      const { config } = parseStackFile(stackFileText(name), name);
      wanted.set(name, { config, manifests: manifestsOf(run) });
    }
  });
  const of = (name: Environment) => wanted.get(name) as { config: StackConfig; manifests: readonly Manifest[] };

  it("names the classes of claims, and leaves out those that it brings and claims without a class", () => {
    expect(classNeeds(of("local").manifests).map(({ className }) => className)).toEqual(["local-path"]);
    expect(classNeeds(of("dev").manifests).map(({ className }) => className)).toEqual(["fast-ssd"]);
    expect(classNeeds(of("prod").manifests)).toEqual([
      {
        className: "fast-ssd",
        claims: [
          "PersistentVolumeClaim harp-notebooks-analysts/analysts-home",
          "PersistentVolumeClaim harp-notebooks-risk/risk-home",
        ],
      },
    ]);
  });

  it("asks for the default class where a claim names none", () => {
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "a", namespace: "b" },
      spec: {},
    };
    expect(classNeeds([claim])).toEqual([{ claims: ["PersistentVolumeClaim b/a"] }]);
  });

  it("names the ports of nodes with their Services", () => {
    expect(nodePortNeeds(of("local").manifests)).toEqual([
      { port: 30080, service: "ingress/traefik" },
      { port: 30443, service: "ingress/traefik" },
      { port: 30900, service: "storage/store-minio-outside" },
    ]);
    expect(nodePortNeeds(of("prod").manifests)).toEqual([]);
  });

  it("names the IngressClass of a controller that the cluster has, and none for one that it brings", () => {
    expect(ingressClassNeeds(of("dev").manifests)).toEqual(["traefik"]);
    expect(ingressClassNeeds(of("local").manifests)).toEqual([]);
  });

  it("names each IngressClass once", () => {
    const ingress = (ingressClassName?: string) => ({
      ...{ apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "a" } },
      spec: { ingressClassName },
    });
    expect(ingressClassNeeds([ingress("traefik"), ingress(), ingress("traefik")])).toEqual(["traefik"]);
  });

  it("counts every workload and one job, with places and sizes", () => {
    const needs = podNeeds(of("prod").manifests);
    expect(needs.find(({ owner }) => owner === "Spark executor")).toMatchObject({
      count: 1,
      cpu: 4,
      nodeSelector: { "node.example.com/pool": "spark" },
      tolerations: [{ key: "dedicated" }],
      priorityClass: "harp-spark-executor",
    });
    expect(
      podNeeds(of("local").manifests)
        .map(({ owner }) => owner.split(" ")[0])
        .sort(),
    ).toEqual(["Deployment", "Job", "Spark", "Spark", "Spark", "StatefulSet", "StatefulSet"]);
  });

  it("counts each notebook, and as many executors as one of its kernels keeps", async () => {
    const folder = mkdtempSync(join(tmpdir(), "requirements-"));
    writeFileSync(join(folder, "Pulumi.dev.yaml"), changed("dev", [["notebooks", "harp", "executors", "min"], 3]));
    const needs = podNeeds(manifestsOf(await renderEnvironment("dev", { folder })));
    expect(needs.find(({ owner }) => owner === "StatefulSet dev-notebooks-harp/harp")).toMatchObject({ count: 1 });
    expect(needs.find(({ owner }) => owner === "Spark executor in dev-notebooks-harp")).toMatchObject({ count: 3 });
    expect(needs.find(({ owner }) => owner === "Spark executor in dev-notebooks-risk")).toMatchObject({ count: 1 });
  });

  it("names the servers outside that pods connect to", () => {
    expect(targets(of("local").config)).toEqual([]);
    expect(targets(of("prod").config)).toMatchObject([
      { name: "share harp", host: "files.example.com", port: 445, tls: false },
      { name: "object store", host: "s3.example.com", port: 443, tls: true },
      { name: "database harp", host: "sql.example.com", port: 1433, tls: false },
      { name: "login of notebook analysts", host: "login.example.com", port: 443, tls: true },
    ]);
  });
});
