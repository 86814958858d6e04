import { Agent, request } from "node:https";
import { readFileSync } from "node:fs";
import {
  type KubernetesObject,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  StorageV1Api,
} from "@kubernetes/client-node";
import { type CertificateSubject, clusterAuthority, clusterSubjects, keyPairFiles } from "./certificates";
import { contextName } from "./network";
import { clusterPaths } from "./paths";

/** Who owns the fields that the start of the embedded cluster writes. */
export const fieldManager = "hamilton-cluster";

/** The administrator's client configuration of the embedded cluster, from {@link clusterPaths.kubeconfig}. */
export function administratorConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(clusterPaths.kubeconfig());
  config.setCurrentContext(contextName);
  return config;
}

/** The administrator's client for core objects. */
export function coreApi(): CoreV1Api {
  return administratorConfig().makeApiClient(CoreV1Api);
}

/** The administrator's client for storage objects. */
export function storageApi(): StorageV1Api {
  return administratorConfig().makeApiClient(StorageV1Api);
}

/** Creates or updates objects by server-side apply; what somebody else changed in our fields is taken back. */
export async function applyObjects(objects: readonly KubernetesObject[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(administratorConfig());
  for (const object of objects) {
    await api.patch(object, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
  }
}

/**
 * Whether an HTTPS health end point of the control plane answers 200. The administrator's certificate is shown, since
 * none of them answers anonymous questions about itself in full.
 */
export function answersOk(
  url: string,
  authority: CertificateSubject = clusterAuthority,
  subject: CertificateSubject = clusterSubjects.administrator,
): Promise<boolean> {
  const files = keyPairFiles(subject);
  const agent = new Agent({
    ca: readFileSync(keyPairFiles(authority).certificate),
    cert: readFileSync(files.certificate),
    key: readFileSync(files.key),
  });
  return new Promise((resolve) => {
    const call = request(url, { agent, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(false));
    call.end();
  });
}
