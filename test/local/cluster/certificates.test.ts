import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  clusterAuthority,
  clusterSubjects,
  ensureCertificates,
  etcdAuthority,
  etcdSubjects,
  isCurrent,
  keyPairFiles,
} from "../../../local/cluster/certificates";
import { ensureKubeconfigs } from "../../../local/cluster/kubeconfigs";
import { clusterPaths } from "../../../local/cluster/paths";

let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "hamilton-certificates-"));
  process.env.HAMILTON_HOME = home;
  await ensureCertificates();
});

afterAll(() => {
  delete process.env.HAMILTON_HOME;
  rmSync(home, { recursive: true });
});

const read = (subject: Parameters<typeof keyPairFiles>[0]): X509Certificate =>
  new X509Certificate(readFileSync(keyPairFiles(subject).certificate));

describe("the cluster's certificates", () => {
  it("are signed by the cluster's authority, and etcd's by its own", () => {
    expect(read(clusterSubjects.kubelet).verify(read(clusterAuthority).publicKey)).toBe(true);
    expect(read(etcdSubjects.client).verify(read(etcdAuthority).publicKey)).toBe(true);
    expect(read(clusterSubjects.administrator).verify(read(etcdAuthority).publicKey)).toBe(false);
  });

  it.each(["10.88.0.1", "127.0.0.1", "10.96.0.1"])("let the API server be reached as %s", (address) => {
    expect(read(clusterSubjects.apiServer).checkIP(address)).toBe(address);
  });

  it("let the API server be reached by its Service's names", () => {
    const certificate = read(clusterSubjects.apiServer);
    expect(certificate.checkHost("kubernetes.default.svc")).toBe("kubernetes.default.svc");
    expect(certificate.checkHost("kubernetes.default.svc.cluster.local")).toBe("kubernetes.default.svc.cluster.local");
  });

  it("name the kubelet's user and group as the Node authoriser wants them", () => {
    expect(read(clusterSubjects.kubelet).subject).toBe("O=system:nodes\nCN=system:node:hamilton");
  });

  it("keep their keys to root", () => {
    expect(statSync(keyPairFiles(clusterAuthority).key).mode & 0o777).toBe(0o600);
  });

  it("stay as they are on the next start", async () => {
    const before = readFileSync(keyPairFiles(clusterSubjects.scheduler).certificate, "utf8");
    await ensureCertificates();
    expect(readFileSync(keyPairFiles(clusterSubjects.scheduler).certificate, "utf8")).toBe(before);
  });

  it("are renewed once they end within 30 days", () => {
    const inDays = (days: number): Date => new Date(Date.now() + days * 24 * 60 * 60 * 1000);
    expect(isCurrent(clusterSubjects.dns, clusterAuthority, inDays(330))).toBe(true);
    expect(isCurrent(clusterSubjects.dns, clusterAuthority, inDays(340))).toBe(false);
  });

  it("are made anew when a file is damaged", async () => {
    writeFileSync(keyPairFiles(clusterSubjects.kubeProxy).certificate, "half a certif");
    expect(isCurrent(clusterSubjects.kubeProxy, clusterAuthority)).toBe(false);
    await ensureCertificates();
    expect(isCurrent(clusterSubjects.kubeProxy, clusterAuthority)).toBe(true);
  });

  it("are made anew when they should name other addresses", () => {
    const moved = { ...clusterSubjects.apiServer, addresses: ["10.99.0.1"] };
    expect(isCurrent(moved, clusterAuthority)).toBe(false);
  });
});

describe("the administrator's kubeconfig", () => {
  it("names the API server and the context, for root only", () => {
    ensureKubeconfigs();
    const config = parse(readFileSync(clusterPaths.kubeconfig(), "utf8")) as Record<string, unknown>;
    expect(config["current-context"]).toBe("hamilton-local");
    expect(JSON.stringify(config.clusters)).toContain("https://10.88.0.1:6443");
    expect(statSync(clusterPaths.kubeconfig()).mode & 0o777).toBe(0o600);
  });
});
