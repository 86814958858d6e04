import { imageReference, rewriteImage, withoutRegistry } from "../components/core/images";
import type { SmbDriverImages } from "../components/storage/csi-driver-smb-pods";
import type { Groups } from "./config/schema";
import { platformImages, smbDriverImages } from "./versions";

type ImagesGroup = Groups["images"];

/** An image of this platform as an environment pulls it. */
export interface PulledImage {
  /** How `hamilton:images.digests` calls it: repository and tag in the registry, `hamilton/spark:4.1.2`. */
  readonly name: string;
  /** The full reference, digest included if the stack file gives one. */
  readonly reference: string;
}

/** One of our own images. A stack file gives a tag, a tag and a digest, or a full reference. */
export function platformImage(images: ImagesGroup, image: keyof typeof platformImages): PulledImage {
  const { repository, tag } = platformImages[image];
  const [place = tag, digest] = (images[image] ?? tag).split("@");
  const name = place.includes("/") ? place : `${repository}:${place}`;
  const reference = place.includes("/") ? place : imageReference({ registry: images.registry, repository, tag: place });
  return { name, reference: withDigest(reference, digest ?? images.digests[name]) };
}

/** The images of csi-driver-smb and its sidecars, from the environment's registry. */
export function smbDriverImage(images: ImagesGroup, part: keyof SmbDriverImages): PulledImage {
  const name = withoutRegistry(smbDriverImages[part]);
  return { name, reference: withDigest(rewriteImage(smbDriverImages[part], images.registry), images.digests[name]) };
}

/** Every image that this program can make an environment pull, whether it does or not. */
export function knownImages(images: ImagesGroup): readonly PulledImage[] {
  return [
    ...ownParts.map((part) => platformImage(images, part)),
    ...smbParts.map((part) => smbDriverImage(images, part)),
  ];
}

/** The images that an environment does pull. Groups that have faults of their own count as left out. */
export function pulledImages(groups: Partial<Groups>): readonly PulledImage[] {
  const { images, volumes = {}, cluster, objectStore, ingress } = groups;
  if (images === undefined) return [];
  const notebooks = Object.values(groups.notebooks ?? {});
  const shares = Object.values(volumes).some(({ kind }) => kind === "windowsShare");
  return [
    platformImage(images, "spark"),
    ...(notebooks.length > 0 ? [platformImage(images, "jupyter")] : []),
    ...(notebooks.some(({ login }) => login.kind === "oidc") ? [platformImage(images, "oauth2-proxy")] : []),
    ...(objectStore?.kind === "minio" ? [platformImage(images, "minio")] : []),
    ...(ingress?.install ? [platformImage(images, "traefik")] : []),
    ...(shares && cluster?.smbDriver.install ? smbParts.map((part) => smbDriverImage(images, part)) : []),
  ];
}

const ownParts = Object.keys(platformImages) as (keyof typeof platformImages)[];
const smbParts = Object.keys(smbDriverImages) as (keyof SmbDriverImages)[];

function withDigest(reference: string, digest: string | undefined): string {
  return digest === undefined ? reference : `${reference}@${digest}`;
}
