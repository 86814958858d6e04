import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseConnection, ObjectStoreConnection, SharedVolume } from "../components/core/contracts";
import { PlatformNamespace, type PlatformNamespaceArgs } from "../components/core/namespace";
import { instanceLabels } from "../components/jupyter/network";
import type { NotebookLogin } from "../components/jupyter/login";
import { Notebook } from "../components/jupyter/notebook";
import { namespaceRole, pageName, storeUser } from "../components/jupyter/settings";
import { quotaHard, wholeQuota } from "../components/spark/quota";
import { priorityClassName } from "../components/spark/scheduling";
import type { ObjectStoreUsers } from "../components/storage/store-users";
import type { StackConfig } from "./config";
import { databasesOf, volumesOf } from "./config/notebook-rules";
import { protectsData } from "./data-safety";
import { platformImage } from "./images";
import { pageAddress } from "./ingress";
import { placement } from "./placement";
import { sparkRelease } from "./versions";

/** The namespaces of notebooks by the notebook's name. */
export type NotebookNamespaces = Readonly<Record<string, PlatformNamespace>>;

/** The notebooks of the stack file, sorted by name. */
function notebooksOf({ notebooks }: StackConfig) {
  return Object.entries(notebooks).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * A namespace for each notebook, with its quota. They hold homes, so they stay in the cluster when they leave the stack.
 */
export function declareNotebookNamespaces(
  config: StackConfig,
  common: PlatformNamespaceArgs,
  opts: pulumi.CustomResourceOptions,
): NotebookNamespaces {
  const keeping = { keep: true, protect: protectsData(config) };
  return Object.fromEntries(
    notebooksOf(config).map(([name, { quota }]) => {
      const args = { ...common, quota: quotaHard(wholeQuota(quota)), ...keeping };
      return [name, new PlatformNamespace(namespaceRole(name), args, opts)];
    }),
  );
}

/** The namespaces of the notebooks that see a volume. */
export function namespacesThatSee(volume: string, config: StackConfig, namespaces: NotebookNamespaces) {
  return notebooksOf(config)
    .filter(([, notebook]) => volumesOf(notebook, config.volumes).includes(volume))
    .map(([name]) => namespaces[name] as PlatformNamespace);
}

/** The notebooks as users of the store, each with keys of its own: what jobs may do, but for the files of submitters. */
export function notebookUsers({ objectStore }: StackConfig, namespaces: NotebookNamespaces): ObjectStoreUsers {
  const roles = Object.keys(objectStore.buckets).filter((role) => role !== "uploads");
  const grants = Object.fromEntries(roles.map((role) => [role, "readWrite" as const]));
  return Object.fromEntries(
    Object.entries(namespaces).map(([name, namespace]) => [
      storeUser(name),
      { namespace, podLabels: instanceLabels(name), grants },
    ]),
  );
}

/** The notebooks' keys of an external store, by the user that each is there. */
export function notebookKeys(config: StackConfig) {
  return Object.fromEntries(
    notebooksOf(config).flatMap(([name, { storeKeys }]) =>
      storeKeys === undefined ? [] : [[storeUser(name), storeKeys]],
    ),
  );
}

/** What the notebooks are built on. */
interface NotebookSurroundings {
  readonly namespaces: NotebookNamespaces;
  readonly volumes: readonly SharedVolume[];
  readonly databases: readonly DatabaseConnection[];
  readonly store: ObjectStoreConnection;
}

/** The notebooks of `hamilton:notebooks`. */
export function declareNotebooks(
  config: StackConfig,
  { namespaces, volumes, databases, store }: NotebookSurroundings,
  opts: pulumi.CustomResourceOptions,
): readonly Notebook[] {
  const { prefix } = config.namespaces;
  return notebooksOf(config).map(([name, notebook]) => {
    const namespace = namespaces[name] as PlatformNamespace;
    const { executor, settings, ...plain } = notebook;
    const { nodeSelector, tolerations, ...size } = executor;
    const seen = { volumes: volumesOf(notebook, config.volumes), databases: databasesOf(notebook, config.databases) };
    return new Notebook(
      pageName(name),
      {
        ...plain,
        ...{ name, namespace, store, releases: sparkRelease },
        image: platformImage(config.images, "jupyter").reference,
        executorImage: platformImage(config.images, "spark").reference,
        imagePullSecrets: namespace.imagePullSecrets,
        executor: { ...size, placement: placement({ nodeSelector, tolerations }) },
        refusedPriorities: [priorityClassName("driver", prefix), priorityClassName("executor", prefix)],
        login: notebookLogin(config, name, notebook),
        volumes: volumes.filter((volume) => seen.volumes.includes(volume.name)),
        databases: databases.filter((database) => seen.databases.includes(database.name)),
        credentials: store.credentials(storeUser(name)),
        apiServerCidrs: config.cluster.apiServerCidrs,
        settings: { ...config.spark.settings, ...settings },
        placement: placement(notebook),
        protect: protectsData(config),
      },
      opts,
    );
  });
}

function notebookLogin(config: StackConfig, name: string, { login }: StackConfig["notebooks"][string]): NotebookLogin {
  if (login.kind === "token") return login;
  const { groups, emails, clientSecret, ...oidc } = login;
  return {
    ...oidc,
    allowed: emails.length > 0 ? { emails } : { groups },
    clientSecret: config.secrets[clientSecret] as pulumi.Output<string>,
    // The configuration has made sure of the ingress.
    pageUrl: pageAddress(config, pageName(name)) ?? "",
    image: platformImage(config.images, "oauth2-proxy").reference,
  };
}
