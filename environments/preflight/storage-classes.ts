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

/** Whether the classes that claims ask for are there, and whether their volumes can grow later. */
export function judgeClasses(needs: readonly ClassNeed[], classes: readonly ClassFact[]): readonly Row[] {
  const known = classes.map(({ name }) => name).sort();
  return needs.map(({ className, claims }) => {
    const check = className === undefined ? "default StorageClass" : `StorageClass ${className}`;
    const found = classes.find(({ name, isDefault }) => (className === undefined ? isDefault : name === className));
    const there = known.length === 0 ? "the cluster has none" : `the cluster has ${known.join(", ")}`;
    if (found === undefined)
      return fail(
        check,
        `not there; ${claims.join(", ")} would wait for it for ever`,
        `${there}: name one of them in the stack file, or ask for this one`,
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
  run: async (cluster, { manifests }) =>
    judgeClasses(
      classNeeds(manifests),
      (await cluster.list("/apis/storage.k8s.io/v1/storageclasses")).map((one) => ({
        name: text(one, "metadata", "name"),
        provisioner: text(one, "provisioner"),
        isDefault: defaultMarks.some((mark) => annotation(one, mark) === "true"),
        canGrow: text(one, "allowVolumeExpansion") === "true",
      })),
    ),
};

const annotation = (object: Values, name: string): string => text(object, "metadata", "annotations", name);
