import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeAddress } from "../../../local/cluster/network";
import { setConfig } from "../../support/stack-edit";
import type { OwnStack } from "../support/own-stack";

/** A change that somebody makes to an environment, and what it must at least do. */
export interface AnnouncedChange {
  /** What the change does, as the end of a sentence about it. */
  readonly title: string;
  /** Makes it: in the stack file, through the engine's own command, or in the program. */
  readonly make: (stack: OwnStack) => void | Promise<unknown>;
  /** Actions and objects that must be among what is announced, such as `update Role x-spark/spark-submitter`. */
  readonly atLeast: readonly RegExp[];
}

/** Sets a value of the stack file; `undefined` takes the key away. The first part of a path is the group. */
const set =
  (path: string, value: unknown) =>
  (stack: OwnStack): void =>
    stack.edit((document) => {
      const [group = "", ...rest] = path.split(".");
      setConfig(document, [`hamilton:${group}`, ...rest], value);
    });

/** Replaces a text in a source file of the program, which must hold it. */
const program =
  (file: string, text: string | RegExp, by: string) =>
  (stack: OwnStack): void => {
    const path = join(stack.project, file);
    const before = readFileSync(path, "utf8");
    const after = before.replace(text, by);
    if (after === before) throw new Error(`${file} doesn't hold ${String(text)}`);
    writeFileSync(path, after);
  };

/** The class of the volume whose claim grows: it has volumes of the test's own and lets claims expand. */
export const growingClass = "growing-for-announced";

/** A volume on {@link growingClass}. */
export const labVolume = {
  ...{ kind: "storageClass", className: growingClass, accessMode: "ReadWriteOnce" },
  ...{ mountPath: "/mnt/lab", size: "1Gi" },
};

/** A share that needs a password; the driver that would mount it is another's. */
export const archiveShare = {
  ...{ kind: "windowsShare", server: "files.example.com", share: "archive", username: "svc-archive" },
  ...{ password: "archive-password", mountPath: "/mnt/archive" },
};

/** The changes, each made on top of the one before. */
export const announcedChanges: readonly AnnouncedChange[] = [
  { title: "nothing", make: () => undefined, atLeast: [] },
  {
    title: "more executors",
    make: set("spark.executors.max", 3),
    atLeast: [/^update ConfigMap .*spark-settings$/],
  },
  {
    title: "another image for drivers and executors",
    make: set("images.spark", "registry.invalid/hamilton/spark:4.1.2-next"),
    atLeast: [/^update ConfigMap .*spark-settings$/],
  },
  {
    title: "bigger drivers",
    make: set("spark.driver.memory", "2g"),
    atLeast: [/^update ConfigMap .*spark-settings$/],
  },
  {
    title: "more memory for the object store, whose pod restarts",
    make: set("objectStore.resources.memory", "1100Mi"),
    atLeast: [/^update StatefulSet .*store-minio$/],
  },
  {
    title: "another port of the object store",
    make: (stack) => {
      set("objectStore.nodePort", 30906)(stack);
      set("objectStore.externalEndpoint", `http://${nodeAddress}:30906`)(stack);
    },
    atLeast: [/^update Service /],
  },
  {
    title: "one more bucket",
    make: set("objectStore.buckets.scratch", "scratch"),
    atLeast: [/^(create|replace) Job /],
  },
  {
    title: "a new share with a password",
    make: async (stack) => {
      set("volumes.archive", archiveShare)(stack);
      await stack.setSecret("archive-password", "first-of-two-passwords");
    },
    atLeast: [/^create Secret .*archive-credentials$/, /^create PersistentVolume /, /^create PersistentVolumeClaim /],
  },
  {
    title: "a rotated password",
    make: (stack) => stack.setSecret("archive-password", "second-of-two-passwords"),
    atLeast: [/^update Secret .*archive-credentials$/],
  },
  {
    title: "a remount after the rotation",
    make: set("volumes.archive.credentialsVersion", "2"),
    atLeast: [/PersistentVolume /, /PersistentVolumeClaim /],
  },
  {
    title: "a bigger claim",
    make: set("volumes.lab.size", "2Gi"),
    atLeast: [/^update PersistentVolumeClaim /],
  },
  {
    title: "a renamed volume",
    make: (stack) => {
      set("volumes.archive", undefined)(stack);
      set("volumes.attic", { ...archiveShare, mountPath: "/mnt/attic" })(stack);
    },
    atLeast: [/^delete Secret .*archive-credentials$/, /^create Secret .*attic-credentials$/],
  },
  {
    title: "a removed volume",
    make: (stack) => {
      set("volumes.attic", undefined)(stack);
      set("secrets", undefined)(stack);
    },
    atLeast: [/^delete PersistentVolume /],
  },
  {
    title: "people who may submit",
    make: set("spark.submitters", ["announced-team"]),
    atLeast: [/^create Role /, /^create RoleBinding /],
  },
  {
    title: "another DNS server",
    make: set("cluster.dnsCidrs", ["10.88.0.1/32", "10.88.0.3/32"]),
    atLeast: [/^update NetworkPolicy /],
  },
  {
    title: "a smaller quota",
    make: set("spark.quota.pods", 12),
    atLeast: [/^update ResourceQuota /],
  },
  {
    title: "a wider Role in the program",
    make: program(
      "components/spark/roles.ts",
      'resources: ["pods/log"], verbs: ["get"]',
      'resources: ["pods/log"], verbs: ["get", "list"]',
    ),
    atLeast: [/^update Role .*spark-submitter$/],
  },
  {
    title: "an object renamed in the program",
    make: program("components/spark/runtime.ts", 'name: "spark-settings"', 'name: "spark-settings-next"'),
    atLeast: [/^replace ConfigMap .*spark-settings-next$/],
  },
];
