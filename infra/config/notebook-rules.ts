import { notebookSizeFaults } from "../../components/jupyter/notebook-size";
import { homeClaim, homeDirectory, namespaceRole } from "../../components/jupyter/settings";
import { settingFault } from "../../components/spark/settings";
import { unknownKeyFault, valueFault, type ConfigFault } from "./faults";
import { isProduction } from "./production";
import type { Groups } from "./schema";

type NotebookSettings = Groups["notebooks"][string];
type OidcSettings = Extract<NotebookSettings["login"], { kind: "oidc" }>;

const root = "hamilton:notebooks";

/** Everything that only several values together can get wrong about notebooks. */
export function notebookFaults(groups: Partial<Groups>, environment: string): readonly ConfigFault[] {
  const notebooks = Object.entries(groups.notebooks ?? {});
  if (notebooks.length === 0) return [];
  return [
    ...notebooks.flatMap(([name, notebook]) => {
      const key = `${root}.${name}`;
      return [
        ...notebookSizeFaults(notebook).map(({ fault }) =>
          valueFault(`${key}.${fault.field}`, fault.got, fault.expected),
        ),
        ...settingFaults(key, notebook),
        ...loginFaults(key, notebook, groups, environment),
        ...storeKeyFaults(key, notebook, groups),
        ...unknownNames(`${key}.volumes`, notebook.volumes, groups.volumes, "each volume once"),
        ...unknownNames(`${key}.databases`, notebook.databases, groups.databases, "each database once"),
      ];
    }),
    ...sharedVolumeFaults(groups),
    ...priorityFaults(groups),
  ];
}

function settingFaults(key: string, { settings }: NotebookSettings): readonly ConfigFault[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const fault = settingFault(name, value);
    return fault === undefined ? [] : [{ key: `${key}.settings["${name}"]`, sentence: fault }];
  });
}

function loginFaults(
  key: string,
  { login }: NotebookSettings,
  groups: Partial<Groups>,
  environment: string,
): readonly ConfigFault[] {
  if (login.kind === "token")
    return isProduction(groups.cluster, environment)
      ? [valueFault(`${key}.login.kind`, login.kind, '"oidc" in production, where everybody logs in as themselves')]
      : [];
  return [...allowedFaults(key, login), ...addressFaults(key, groups)];
}

function allowedFaults(key: string, { groups, emails }: OidcSettings): readonly ConfigFault[] {
  if (groups.length === 0 && emails.length === 0)
    return [valueFault(`${key}.login.groups`, groups, "at least one group, or e-mail addresses under emails")];
  return groups.length > 0 && emails.length > 0
    ? [valueFault(`${key}.login.emails`, emails, "none beside groups: the login would ask for a group and an address")]
    : [];
}

/** The login service sends browsers back to the notebook's address, and its cookie travels by https only. */
function addressFaults(key: string, groups: Partial<Groups>): readonly ConfigFault[] {
  // Nothing is known of an ingress whose group has faults of its own: it is as absent as one that was left out.
  if (!("ingress" in groups)) return [];
  const { ingress } = groups;
  if (ingress === undefined)
    return [valueFault("hamilton:ingress", undefined, `an ingress with TLS, for the login of ${key}`)];
  return ingress.tls.kind === "none"
    ? [valueFault("hamilton:ingress.tls.kind", "none", `"secret" or "certManager", for the login of ${key}`)]
    : [];
}

/** MinIO's keys are made; those of another store somebody has to give. */
function storeKeyFaults(
  key: string,
  { storeKeys }: NotebookSettings,
  { objectStore }: Partial<Groups>,
): readonly ConfigFault[] {
  if (objectStore?.kind === "external" && storeKeys === undefined)
    return [valueFault(`${key}.storeKeys`, undefined, "the notebook's own keys of the external object store")];
  return objectStore?.kind === "minio" && storeKeys !== undefined
    ? [valueFault(`${key}.storeKeys`, storeKeys, "none: MinIO's keys are made for each notebook")]
    : [];
}

/** @param group what the names are of; nothing is known of one that has faults of its own */
function unknownNames(
  key: string,
  names: readonly string[] = [],
  group: object | undefined,
  expected: string,
): readonly ConfigFault[] {
  if (group === undefined) return [];
  const known = Object.keys(group);
  return names.flatMap((name, index) => {
    const place = `${key}[${index}]`;
    if (!known.includes(name)) return [unknownKeyFault(place, name, known)];
    return names.indexOf(name) < index ? [valueFault(place, name, expected)] : [];
  });
}

/** The volumes that a notebook sees. */
export function volumesOf({ volumes: seen }: NotebookSettings, volumes: Groups["volumes"]): readonly string[] {
  return seen ?? Object.keys(volumes);
}

/** The databases that a notebook may reach. */
export function databasesOf({ databases: seen }: NotebookSettings, databases: Groups["databases"]): readonly string[] {
  return seen ?? Object.keys(databases);
}

function sharedVolumeFaults({ volumes = {}, notebooks = {} }: Partial<Groups>): readonly ConfigFault[] {
  return Object.entries(volumes).flatMap(([name, volume]) => {
    const key = `hamilton:volumes.${name}`;
    const roles = Object.entries(notebooks)
      .filter(([, notebook]) => volumesOf(notebook, volumes).includes(name))
      .map(([notebook]) => namespaceRole(notebook));
    if (roles.length === 0) return [];
    const path = volume.mountPath;
    const hides =
      path === homeDirectory || path.startsWith(`${homeDirectory}/`) || homeDirectory.startsWith(`${path}/`);
    const hidden = hides
      ? [valueFault(`${key}.mountPath`, path, `a path apart from the notebooks' homes (${homeDirectory})`)]
      : [];
    if (volume.kind !== "storageClass") return hidden;
    const claimed = Object.keys(notebooks).filter(
      (notebook) => homeClaim(notebook) === name && roles.includes(namespaceRole(notebook)),
    );
    if (claimed.length > 0)
      return [
        { key, sentence: `has the name of a home's claim, that of notebook "${claimed[0]}"; expected another name` },
      ];
    const missing = ["spark", ...roles].filter((role) => volume.existingVolumes[role] === undefined);
    const expected = `a PersistentVolume for ${missing.join(", ")}: each claim would get files of its own. Or leave the volume out of the notebooks' volumes`;
    return missing.length === 0
      ? hidden
      : [...hidden, valueFault(`${key}.existingVolumes`, volume.existingVolumes, expected)];
  });
}

/** Notebooks have no PriorityClass, which is priority 0: jobs come before them as long as theirs is higher. */
function priorityFaults({ spark }: Partial<Groups>): readonly ConfigFault[] {
  if (spark === undefined || spark.priorities.executor > 0) return [];
  const { executor } = spark.priorities;
  return [valueFault("hamilton:spark.priorities.executor", executor, "1 or more, so that jobs come before notebooks")];
}
