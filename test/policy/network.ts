import { beforeAll, describe, expect, it } from "vitest";
import type { Manifest } from "../../kubernetes/manifest";
import { manifestsOf } from "../../review/manifests";
import { passes, type FlowEnd } from "../../kubernetes/network-rules";
import { podsOf } from "../../kubernetes/pods";
import { environments, renderedPlatforms } from "../support/platform";

/** The address that stands for any machine outside which nobody has named. */
const outside: FlowEnd = { address: "93.184.216.34" };
const dns: FlowEnd = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" }, address: "10.89.0.3" };
const metadataService: FlowEnd = { address: "169.254.169.254" };

const apiServers = { local: "10.88.0.1", dev: "10.20.0.11", prod: "10.10.0.12" } as const;
const prefixes = { local: "", dev: "dev-", prod: "harp-" } as const;

describe.each(environments)("the network of %s", (environment) => {
  let objects: readonly Manifest[];
  let driver: FlowEnd;
  let executor: FlowEnd;
  const prefix = prefixes[environment];
  const apiServer: FlowEnd = { address: apiServers[environment] };
  const stranger: FlowEnd = { namespace: "default", labels: { app: "other" }, address: "10.89.9.9" };
  const bystander: FlowEnd = { namespace: `${prefix}spark`, labels: {}, address: "10.89.1.9" };

  beforeAll(async () => {
    const run = (await renderedPlatforms()).get(environment);
    if (run === undefined) throw new Error(`${environment} was not rendered`);
    objects = manifestsOf(run);
    const end = (owner: string, address: string): FlowEnd => {
      const pod = podsOf(objects).find((one) => one.owner === owner);
      if (pod === undefined) throw new Error(`no pod of ${owner}`);
      return { namespace: pod.namespace, labels: pod.labels, address };
    };
    driver = end("Spark driver", "10.89.1.1");
    executor = end("Spark executor", "10.89.1.2");
  });

  /** Allowed must hold even where an engine counts address ranges for machines outside only. */
  const allowed = (from: FlowEnd, to: FlowEnd, port: number, protocol: "TCP" | "UDP" = "TCP") => {
    const bare = (end: FlowEnd): FlowEnd =>
      "namespace" in end ? { namespace: end.namespace, labels: end.labels } : end;
    return passes(objects, { from: bare(from), to: bare(to), port, protocol });
  };
  const refused = (from: FlowEnd, to: FlowEnd, port: number, protocol: "TCP" | "UDP" = "TCP") =>
    !passes(objects, { from, to, port, protocol });

  it("lets executors register with their driver and fetch from it", () => {
    expect(allowed(executor, driver, 7078)).toBe(true);
    expect(allowed(executor, driver, 7079)).toBe(true);
  });

  it("lets drivers and executors hand each other blocks", () => {
    expect(allowed(driver, executor, 7079)).toBe(true);
    expect(allowed(executor, executor, 7079)).toBe(true);
  });

  it("lets drivers, and drivers alone, reach the API server", () => {
    expect(allowed(driver, apiServer, 6443)).toBe(true);
    expect(refused(executor, apiServer, 6443)).toBe(true);
    expect(refused(bystander, apiServer, 6443)).toBe(true);
  });

  it("lets drivers and executors ask DNS, over both protocols", () => {
    for (const pod of [driver, executor]) {
      expect(allowed(pod, dns, 53, "UDP")).toBe(true);
      expect(allowed(pod, dns, 53)).toBe(true);
    }
  });

  const podOf = (owner: string, address: string): FlowEnd | undefined => {
    const pod = podsOf(objects).find((one) => one.owner === owner);
    return pod === undefined ? undefined : { namespace: pod.namespace, labels: pod.labels, address };
  };

  if (environment !== "dev") {
    it("lets people reach Traefik's two ports from where they may come, and Traefik its one namespace's API", () => {
      const traefik = podOf(`Deployment ${prefix}ingress/traefik`, "10.89.3.1");
      if (traefik === undefined) throw new Error("no pod of Traefik");
      const people: FlowEnd = { address: "10.20.30.40" };
      for (const port of [8000, 8443]) {
        expect(allowed(people, traefik, port)).toBe(true);
        expect(allowed(outside, traefik, port)).toBe(environment === "local");
      }
      for (const end of [people, outside, driver, executor, bystander]) expect(refused(end, traefik, 8080)).toBe(true);
      expect(allowed(traefik, apiServer, 6443)).toBe(true);
      expect(allowed(traefik, dns, 53, "UDP")).toBe(true);
      for (const port of [80, 443, 22]) expect(refused(traefik, outside, port)).toBe(true);
      for (const end of [driver, executor])
        for (const port of [4040, 7078, 7079]) expect(refused(traefik, end, port)).toBe(true);
    });
  }

  it("keeps everything else of a driver closed: its page, and what it may call", () => {
    for (const end of [executor, bystander, stranger, outside]) expect(refused(end, driver, 4040)).toBe(true);
    for (const port of [80, 443, 22, 445, 6443]) {
      expect(refused(driver, outside, port)).toBe(true);
      expect(refused(executor, outside, port)).toBe(true);
    }
    expect(refused(driver, metadataService, 80)).toBe(true);
    expect(refused(driver, executor, 7078)).toBe(true);
  });

  it("keeps drivers and executors closed to other pods", () => {
    for (const end of [bystander, stranger, outside])
      for (const port of [7078, 7079]) {
        expect(refused(end, driver, port)).toBe(true);
        expect(refused(end, executor, port)).toBe(true);
      }
  });

  if (environment === "prod") {
    it("lets jobs reach the object store's addresses on its port, and no others", () => {
      for (const pod of [driver, executor]) {
        expect(allowed(pod, { address: "10.30.0.7" }, 443)).toBe(true);
        expect(refused(pod, { address: "10.30.0.7" }, 80)).toBe(true);
        expect(refused(pod, { address: "10.30.1.7" }, 443)).toBe(true);
      }
      expect(refused(bystander, { address: "10.30.0.7" }, 443)).toBe(true);
    });
  } else {
    it("lets the ingress controller, and nobody else, reach MinIO's console", () => {
      const store = podOf(`StatefulSet ${prefix}storage/store-minio`, "10.89.2.1");
      if (store === undefined) throw new Error("no pod of MinIO");
      const foreign: FlowEnd = {
        namespace: "traefik",
        labels: { "app.kubernetes.io/name": "traefik" },
        address: "10.89.3.1",
      };
      const controller = environment === "dev" ? foreign : podOf("Deployment ingress/traefik", "10.89.3.1");
      if (controller === undefined) throw new Error("no pod of Traefik");
      expect(allowed(controller, store, 9001)).toBe(true);
      expect(refused(store, controller, 8443)).toBe(true);
      // Where the port of the nodes leads, addresses may come, those of pods too: the API of S3 has keys of its own.
      const other: FlowEnd = { namespace: "traefik", labels: { app: "other" } };
      expect(allowed(other, store, 9001)).toBe(false);
      for (const end of [driver, executor, bystander, stranger, outside]) expect(refused(end, store, 9001)).toBe(true);
    });

    it("lets jobs reach MinIO's S3 port, and neither its console nor anything beside it", () => {
      const minio = podsOf(objects).find((pod) => pod.owner === `StatefulSet ${prefix}storage/store-minio`);
      if (minio === undefined) throw new Error("no pod of MinIO");
      const store: FlowEnd = { namespace: minio.namespace, labels: minio.labels, address: "10.89.2.1" };
      for (const pod of [driver, executor]) {
        expect(allowed(pod, store, 9000)).toBe(true);
        expect(refused(pod, store, 9001)).toBe(true);
      }
      expect(refused(bystander, store, 9000)).toBe(true);
      expect(allowed(outside, store, 9000)).toBe(true);
      expect(refused(store, outside, 443)).toBe(true);
      expect(refused(store, driver, 7078)).toBe(true);
    });
  }
});
