import { ValueFault } from "./errors";

/** What names a container image. */
export interface ImageSource {
  /** The registry that all images come from, instead of the one in `repository`: `registry.example.org/mirror`. */
  readonly registry?: string;
  /** The repository with its own registry, if any: `registry.k8s.io/sig-storage/smbplugin`, `hamilton/spark`. */
  readonly repository: string;
  /** The tag. Give a tag, a digest, or both; the digest wins and the tag stays readable. */
  readonly tag?: string;
  /** The digest: `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

/**
 * The full reference of an image. With `registry` given, the repository's own registry host is taken away and this one
 * put before the rest, so that one key moves every image to a mirror.
 *
 * @throws ValueFault if neither tag nor digest is given, if the tag is `latest`, or if the digest is malformed.
 * @example imageReference({ registry: "mirror.lan", repository: "registry.k8s.io/sig-storage/smbplugin", tag: "v1.20.3" })
 * // "mirror.lan/sig-storage/smbplugin:v1.20.3"
 */
export function imageReference(source: ImageSource): string {
  const { registry, repository, tag, digest } = source;
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new ValueFault({
      field: `images.${repository}.digest`,
      got: digest,
      expected: '"sha256:" and 64 hex digits',
    });
  if ((tag === undefined && digest === undefined) || tag === "latest" || tag === "")
    throw new ValueFault({
      field: `images.${repository}.tag`,
      got: tag,
      expected: 'a fixed tag, not "latest", or a digest',
    });
  const place = registry === undefined ? repository : `${registry.replace(/\/+$/, "")}/${withoutRegistry(repository)}`;
  return `${place}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** The repository without its registry host. The first part is a host if it has a dot or a port, or is `localhost`. */
export function withoutRegistry(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? rest.join("/") : repository;
}

/**
 * A full image reference with its registry host replaced by `registry`; unchanged without one.
 *
 * @example rewriteImage("pgsty/minio:RELEASE.2026-08-04T00-00-00Z", "mirror.lan")
 */
export function rewriteImage(image: string, registry: string | undefined): string {
  return registry === undefined ? image : `${registry.replace(/\/+$/, "")}/${withoutRegistry(image)}`;
}

/** The version in an image's tag, fit for a label value (at most 63 characters); nothing if it has no tag. */
export function imageVersion(image: string): string | undefined {
  const name = image.split("@")[0] ?? "";
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return tag?.slice(0, 63).replace(/[^A-Za-z0-9]+$/, "");
}
