import { createHash } from "node:crypto";
import { copyFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { runOnHost } from "./host-command";
import { clusterPaths } from "./paths";

/** The namespace inside containerd that the kubelet's images and containers live in. */
export const containerdNamespace = "k8s.io";

/** Runs `ctr` against the embedded cluster's containerd. */
export function ctr(...args: string[]): Promise<string> {
  return runOnHost("ctr", ["--address", clusterPaths.containerdSocket(), "--namespace", containerdNamespace, ...args], {
    timeoutSeconds: 600,
  });
}

/** The names of all images on the node, tags and digests. */
export async function listImages(): Promise<string[]> {
  return (await ctr("images", "list", "--quiet")).split("\n").filter(Boolean);
}

/** Whether the node holds an image of exactly this name, so that an import can be skipped. */
export async function hasImage(name: string): Promise<boolean> {
  return (await listImages()).includes(name);
}

/**
 * Imports an OCI or docker archive into the node.
 *
 * @param archive path of the tar file
 * @param name the image that must be there afterwards, like `localhost/hamilton/spark:4.1.2`
 * @throws StepError when the archive is no image archive or holds another image.
 */
export async function importImage(archive: string, name: string, report: Report): Promise<void> {
  report(`importing ${name}`);
  await ctr("images", "import", archive);
  if (await hasImage(name)) return;
  throw new StepError(`${archive} was imported, but holds no image named ${name}`, {
    lastLines: await listImages(),
    fix: `write the archive under that name (buildah push NAME oci-archive:FILE:${name})`,
  });
}

/** Removes an image from the node; nothing happens if it is not there. */
export async function removeImage(name: string): Promise<void> {
  if (await hasImage(name)) await ctr("images", "remove", "--sync", name);
}

/** An image with one static program and nothing else. */
export interface ProgramImage {
  /** The image's full name with its tag. */
  readonly name: string;
  /** Files of the image, path inside it to path on this host; all become executable. */
  readonly files: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  /** Numeric user and group the program runs as. */
  readonly user: string;
}

/** Writes an OCI archive of an image made of plain files, without a build tool; the same files give the same digest. */
export async function writeProgramImage(image: ProgramImage, archive: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-image-"));
  try {
    const root = join(folder, "root");
    for (const [inside, source] of Object.entries(image.files)) {
      const target = join(root, inside);
      mkdirSync(join(target, ".."), { recursive: true });
      copyFileSync(source, target);
      chmodSync(target, 0o755);
    }
    const layer = join(folder, "layer.tar");
    await tar(root, layer);
    const layout = join(folder, "layout");
    mkdirSync(join(layout, "blobs", "sha256"), { recursive: true });
    const blob = (content: Buffer, mediaType: string): { mediaType: string; digest: string; size: number } => {
      const hash = createHash("sha256").update(content).digest("hex");
      writeFileSync(join(layout, "blobs", "sha256", hash), content);
      return { mediaType, digest: `sha256:${hash}`, size: content.length };
    };
    const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
    const oci = "application/vnd.oci.image";
    const layerBlob = blob(readFileSync(layer), `${oci}.layer.v1.tar`);
    const config = {
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      os: "linux",
      config: { Entrypoint: image.entrypoint, User: image.user },
      rootfs: { type: "layers", diff_ids: [layerBlob.digest] },
    };
    const configBlob = blob(json(config), `${oci}.config.v1+json`);
    const manifest = {
      schemaVersion: 2,
      mediaType: `${oci}.manifest.v1+json`,
      config: configBlob,
      layers: [layerBlob],
    };
    const annotations = { "io.containerd.image.name": image.name };
    const index = { schemaVersion: 2, manifests: [{ ...blob(json(manifest), manifest.mediaType), annotations }] };
    writeFileSync(join(layout, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
    writeFileSync(join(layout, "index.json"), json(index));
    await tar(layout, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tar(folder: string, archive: string): Promise<string> {
  const reproducible = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  return runOnHost("tar", [...reproducible, "-C", folder, "-cf", archive, "."]);
}
