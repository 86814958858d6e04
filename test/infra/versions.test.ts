import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  minioVersion,
  notebookRelease,
  oauth2ProxyVersion,
  platformImages,
  smbDriverImages,
  sparkRelease,
  traefikVersion,
} from "../../infra/versions";

const root = join(__dirname, "..", "..");

describe("the table of versions", () => {
  it("names the MinIO that the toolchain compiles", () => {
    const module = readFileSync(join(root, "local", "toolchain", "modules", "minio", "go.mod"), "utf8");
    expect(module).toMatch(new RegExp(`^require github.com/minio/minio v${minioVersion}$`, "m"));
  });

  it("names the Traefik that the toolchain compiles", () => {
    const module = readFileSync(join(root, "local", "toolchain", "modules", "traefik", "go.mod"), "utf8");
    expect(module).toMatch(new RegExp(`^\\s+github.com/traefik/traefik/v3 v${traefikVersion}( |$)`, "m"));
  });

  it("names the login proxy that the toolchain compiles", () => {
    const module = readFileSync(join(root, "local", "toolchain", "modules", "oauth2-proxy", "go.mod"), "utf8");
    expect(module).toMatch(new RegExp(`^require github.com/oauth2-proxy/oauth2-proxy/v7 v${oauth2ProxyVersion}$`, "m"));
  });

  it("tags the Spark image with the Spark release", () => {
    expect(platformImages.spark.tag).toBe(sparkRelease.spark);
  });

  it("tags the notebooks' image with the Spark release that its executors must have, then with JupyterLab's", () => {
    expect(platformImages.jupyter.tag).toBe(`${sparkRelease.spark}-lab${notebookRelease.jupyterlab}`);
  });

  it("pins every image of csi-driver-smb", () => {
    for (const image of Object.values(smbDriverImages)) expect(image).toMatch(/^registry\.k8s\.io\/.+:v\d+\.\d+\.\d+$/);
  });
});
