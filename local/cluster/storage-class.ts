import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject, V1ConfigMap, V1StorageClass } from "@kubernetes/client-node";
import { stringify } from "yaml";
import type { Report } from "../../console/steps";
import { storageNamespace } from "./access-rules";
import { applyObjects, storageApi } from "./api-client";
import { clusterSubjects } from "./certificates";
import { writeIfChanged } from "./configuration-files";
import { kubeconfigFile } from "./kubeconfigs";
import { clusterPaths } from "./paths";
import { ensureRunning, lastLogLines } from "./processes";

/** The default StorageClass of the embedded cluster: each volume is a directory below {@link clusterPaths.volumes}. */
export const storageClassName = "local-path";
const provisionerName = "rancher.io/local-path";
const configMapName = "local-path-config";
const defaultClassAnnotation = "storageclass.kubernetes.io/is-default-class";

/** What the helper pod runs; the provisioner sets `VOL_DIR`. Any user of a pod may write, as on a fresh disk with fsGroup. */
const scripts = {
  setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\nchmod 0777 "$VOL_DIR"\n',
  teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
};

/** Where a shell and what it needs stand on a Linux host, as far as they exist. */
const shellFolders = ["/bin", "/lib", "/lib64", "/usr"];

/**
 * The pod that makes and removes a volume's directory. It brings no tools of its own: the host's shell is mounted into
 * an image that has nothing but the pause program, so volumes work before any other image is there.
 *
 * @param image any image that the node holds
 * @param folders the host's folders to show inside
 */
export function renderHelperPod(image: string, folders: readonly string[]): string {
  const name = (folder: string): string => `host${folder.replaceAll("/", "-")}`;
  return stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "volume" },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "volume",
          image,
          imagePullPolicy: "Never",
          securityContext: { runAsUser: 0 },
          env: [{ name: "PATH", value: "/usr/bin:/bin" }],
          volumeMounts: folders.map((folder) => ({ name: name(folder), mountPath: folder, readOnly: true })),
        },
      ],
      volumes: folders.map((folder) => ({ name: name(folder), hostPath: { path: folder } })),
    },
  });
}

function objects(): KubernetesObject[] {
  const scriptsMap: V1ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: configMapName, namespace: storageNamespace },
    data: scripts,
  };
  const storageClass: V1StorageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: storageClassName, annotations: { [defaultClassAnnotation]: "true" } },
    provisioner: provisionerName,
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: "Delete",
  };
  return [scriptsMap, storageClass];
}

/** The namespace of the helper pods, which mount folders of the host and so need Pod Security `privileged`. */
export function storageNamespaceObject(): KubernetesObject {
  const metadata = { name: storageNamespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } };
  return { apiVersion: "v1", kind: "Namespace", metadata };
}

/**
 * Declares the StorageClass and starts its provisioner; the namespace must stand.
 *
 * @param image what the helper pods run in; any image that the node holds
 */
export async function startStorageClass(program: string, image: string, report: Report): Promise<void> {
  mkdirSync(clusterPaths.volumes(), { recursive: true, mode: 0o711 });
  await applyObjects(objects());
  const folder = clusterPaths.configuration();
  const nodePathMap = [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [clusterPaths.volumes()] }];
  const configFile = join(folder, "local-path.json");
  const helperFile = join(folder, "local-path-helper.yaml");
  const kubeconfig = kubeconfigFile(clusterSubjects.localPath);
  const name = "local-path-provisioner";
  await ensureRunning(
    {
      name,
      command: program,
      args: [
        "start",
        `--config=${configFile}`,
        `--helper-pod-file=${helperFile}`,
        `--kubeconfig=${kubeconfig}`,
        `--namespace=${storageNamespace}`,
        `--configmap-name=${configMapName}`,
        `--provisioner-name=${provisionerName}`,
        "--service-account-name=default",
        // A volume that can't be made now (no room, node not ready) is tried for as long as its claim stands.
        "--provisioning-retry-count=0",
        "--deletion-retry-count=0",
      ],
      configuration: [
        writeIfChanged(configFile, JSON.stringify({ nodePathMap, cmdTimeoutSeconds: 120 })),
        writeIfChanged(
          helperFile,
          renderHelperPod(
            image,
            shellFolders.filter((path) => existsSync(path)),
          ),
        ),
        readFileSync(kubeconfig, "utf8"),
      ],
      ready: () =>
        Promise.resolve(lastLogLines(name, 200).some((line) => line.includes("Started provisioner controller"))),
    },
    report,
  );
}

/** Whether the default StorageClass is declared. */
export async function hasDefaultStorageClass(): Promise<boolean> {
  const { items } = await storageApi().listStorageClass();
  return items.some((item) => item.metadata?.annotations?.[defaultClassAnnotation] === "true");
}
