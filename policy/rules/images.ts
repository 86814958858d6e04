import { isSparkSettings, propertiesIn } from "../../kubernetes/pods";
import type { ReviewedResource } from "../reviewed-resource";
import { shown, type Rule } from "../rule";
import { placedContainers, podsOfResource } from "./pods";

interface PlacedImage {
  readonly field: string;
  readonly image: string;
}

/** The images that a resource names: of its containers, and of Spark's property for those of jobs. */
function* imagesOf(resource: ReviewedResource): Iterable<PlacedImage> {
  for (const pod of podsOfResource(resource))
    for (const { field, container } of placedContainers(pod)) yield { field: `${field}.image`, image: container.image };
  const { manifest } = resource;
  if (manifest === undefined || !isSparkSettings(manifest)) return;
  const property = "spark.kubernetes.container.image";
  const image = propertiesIn(manifest)[property];
  if (image !== undefined) yield { field: `data["spark-defaults.conf"] ${property}`, image };
}

const digest = /@sha256:[0-9a-f]{64}$/;

/** The tag of an image reference; nothing without one. */
function tagOf(image: string): string | undefined {
  return /:([^:/]+)$/.exec(image.replace(/@.*$/, ""))?.[1];
}

/** In production an image is the one that was tested, whatever happens to its tag. */
export const imagesByDigest: Rule = {
  name: "images-by-digest",
  description: "Every image is named by its digest.",
  why: "A tag can be pushed again; a digest is the very image that was tested.",
  environments: "production",
  sees: "resource",
  *check(resource) {
    for (const { field, image } of imagesOf(resource))
      if (!digest.test(image ?? ""))
        yield { field, value: shown(image), fix: 'give the image a digest in the stack file: "TAG@sha256:…"' };
  },
};

/** What runs can be told from its name. */
export const imagesWithTag: Rule = {
  name: "images-with-tag",
  description: "No image is untagged or tagged latest, unless it has a digest.",
  why: "Two nodes would run different images under one name, and nobody could say which.",
  environments: "every",
  sees: "resource",
  *check(resource) {
    for (const { field, image } of imagesOf(resource)) {
      if (digest.test(image ?? "")) continue;
      const tag = tagOf(image ?? "");
      if (tag === undefined || tag === "latest")
        yield { field, value: shown(image), fix: "name the image with a fixed tag or a digest" };
    }
  },
};
