import type { StackConfig } from "../../infra/config";
import { text, type Values } from "../../kubernetes/json";
import type { Check } from "./check";
import { classNeeds, type ClassNeed } from "./requirements";
import { fail, ok, type Row, warn } from "./row";

/** The annotation that marks the default class; the second is its older name, which still counts. */
const defaultMarks = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

/** A StorageClass of the cluster. */
export interface ClassFact {
  readonly name: string;
  readonly provisioner: string;
  readonly isDefault: boolean;
  readonly canGrow: boolean;
}

/** A key of the stack file that names a StorageClass, or leaves it to the cluster's default where it is left out. */
export interface ClassKey {
  /** `hamilton:notebooks.harp.home.className`. */
  readonly key: string;
  /** @default the default class */
  readonly className?: string;
}

/** The keys of a stack file by which claims get their classes. */
export function classKeys({
  objectStore,
  volumes,
  notebooks,
}: Pick<StackConfig, "objectStore" | "volumes" | "notebooks">): readonly ClassKey[] {
  const ofVolumes = Object.entries(volumes).flatMap(([name, volume]) =>
    volume.kind === "storageClass" ? [{ key: `hamilton:volumes.${name}.className`, className: volume.className }] : [],
  );
  const ofHomes = Object.entries(notebooks).map(([name, { home }]) => ({
    key: `hamilton:notebooks.${name}.home.className`,
    className: home.className,
  }));
  const { className } = objectStore.kind === "minio" ? objectStore.storage : {};
  const ofStore = objectStore.kind === "minio" ? [{ key: "hamilton:objectStore.storage.className", className }] : [];
  return [...ofStore, ...ofVolumes, ...ofHomes];
}

/**
 * Whether the classes that claims ask for are there, and whether their volumes can grow later.
 *
 * @param keys Where the stack file names them.
 */
export function judgeClasses(
  needs: readonly ClassNeed[],
  classes: readonly ClassFact[],
  keys: readonly ClassKey[],
): readonly Row[] {
  const known = classes.map(({ name }) => name).sort();
  return needs.map(({ className, claims }) => {
    const check = className === undefined ? "default StorageClass" : `StorageClass ${className}`;
    const found = classes.find(({ name, isDefault }) => (className === undefined ? isDefault : name === className));
    const there = known.length === 0 ? "the cluster has none" : `the cluster has ${known.join(", ")}`;
    const named = keys.filter((one) => one.className === className).map(({ key }) => key);
    if (found === undefined)
      return fail(
        check,
        `not there; ${there}. ${claims.join(", ")} would wait for it for ever`,
        `name one that is there at ${named.join(", ")}, or ask for this one`,
      );
    const described = `${className === undefined ? `${found.name}, ` : ""}by ${found.provisioner}`;
    return found.canGrow
      ? ok(check, described)
      : warn(
          check,
          `${described}; its volumes can't grow`,
          "choose sizes that last, or a class with allowVolumeExpansion",
        );
  });
}

export const storageClassCheck: Check = {
  title: "StorageClasses",
  run: async (cluster, { config, manifests }) =>
    judgeClasses(
      classNeeds(manifests),
      (await cluster.list("/apis/storage.k8s.io/v1/storageclasses")).map((one) => ({
        name: text(one, "metadata", "name"),
        provisioner: text(one, "provisioner"),
        isDefault: defaultMarks.some((mark) => annotation(one, mark) === "true"),
        canGrow: text(one, "allowVolumeExpansion") === "true",
      })),
      classKeys(config),
    ),
};

const annotation = (object: Values, name: string): string => text(object, "metadata", "annotations", name);
