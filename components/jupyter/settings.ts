import type { PodIdentity } from "../core/pod-security";
import { sparkUser } from "../spark/settings";

/** The application's name on the pods of notebooks, which Services and network flows select them by. */
export const notebookApplication = "jupyter";

/** The port of the notebook server; `images/jupyter` sets it too. */
export const jupyterPort = 8888;

/** The user of the image, the same as in executors; a home on a new disk is given to its group. */
export const notebookIdentity: PodIdentity = { ...sparkUser, fileSystemGroup: sparkUser.user };

/** Where the home is mounted: `HOME` in the image, and the root of what the page in the browser shows. */
export const homeDirectory = "/home/spark";

/** The name of the claim of a notebook's home. */
export function homeClaim(notebook: string): string {
  return `${notebook}-home`;
}

/** Folders of the notebook's pod, below one that belongs to the platform. */
export const folders = {
  /** `spark-defaults.conf` and the executors' pod template; `SPARK_CONF_DIR`. */
  spark: "/etc/hamilton/spark",
  /** What the login needs: the token, or the files of the proxy. */
  login: "/etc/hamilton/login",
  /** What is known of databases, as `components/databases` makes it; `HAMILTON_DATABASES`. */
  databases: "/etc/hamilton/databases",
} as const;

/** Where clients of Kubernetes look for the token of their service account. */
export const accountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The names of the service accounts of a notebook's namespace: of its pod, and of its executors, who have no rights. */
export const accounts = { notebook: "notebook", executor: "notebook-executor" } as const;

/** The name of the page of a notebook, which is also its host's label below the ingress's domain. */
export function pageName(notebook: string): string {
  return `notebook-${notebook}`;
}

/** The longest name of a notebook: its user of the object store is called `nb-NAME`, and access keys have 20 characters. */
export const longestNotebookName = 17;

/** The name of a notebook's user of the object store. */
export function storeUser(notebook: string): string {
  return `nb-${notebook}`;
}

/** The role of a notebook's namespace: its name without the stack's prefix. */
export function namespaceRole(notebook: string): string {
  return `notebooks-${notebook}`;
}
