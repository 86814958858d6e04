import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { sortedJson } from "../core/checksum";
import type { DatabaseConnection, NamespaceReference } from "../core/contracts";
import { certificatesFile } from "./settings";

/** The objects of a namespace from which its pods mount what they know of databases. */
export interface DatabaseFiles {
  /** The Secret with `<name>.json` and `<name>.password` for each database; nothing where there is none. */
  readonly secretName?: pulumi.Output<string>;
  /** The ConfigMap with the certificates of authorities; nothing where no database has any of its own. */
  readonly certificates?: pulumi.Output<string>;
}

/** The names of the two objects. */
export const databaseObjects = { files: "databases", certificates: "database-certificates" } as const;

/**
 * Declares what the pods of a namespace need to reach databases by name: `<name>.json` with `url`, `driver`, `user` and
 * `passwordFile`, as `images/jupyter/hamilton/databases.py` reads it, and `<name>.password` beside it.
 *
 * Whoever mounts the Secret as a folder sees a new password within a minute or so, without a restart. The certificates
 * stand apart from it, since executors need them too and no password with them.
 *
 * @param databases each name once
 */
export function createDatabaseFiles(
  label: string,
  args: {
    readonly namespace: NamespaceReference;
    readonly labels: Readonly<Record<string, string>>;
    readonly databases: readonly DatabaseConnection[];
  },
  parent: pulumi.ComponentResource,
): DatabaseFiles {
  const { namespace, labels, databases } = args;
  const metadata = (name: string) => ({ name, namespace: namespace.name, labels: { ...labels } });
  const certificates = Object.fromEntries(
    databases.flatMap(({ name, certificates: text }) => (text === undefined ? [] : [[certificatesFile(name), text]])),
  );
  const { files: filesName, certificates: certificatesName } = databaseObjects;
  const files =
    databases.length === 0
      ? undefined
      : new kubernetes.core.v1.Secret(
          `${label}-${filesName}`,
          { metadata: metadata(filesName), stringData: Object.assign({}, ...databases.map(filesOf)) as Files },
          { parent },
        );
  const authorities =
    Object.keys(certificates).length === 0
      ? undefined
      : new kubernetes.core.v1.ConfigMap(
          `${label}-${certificatesName}`,
          { metadata: metadata(certificatesName), data: certificates },
          { parent },
        );
  return {
    ...(files === undefined ? {} : { secretName: files.metadata.name }),
    ...(authorities === undefined ? {} : { certificates: authorities.metadata.name }),
  };
}

type Files = Readonly<Record<string, pulumi.Output<string>>>;

function filesOf({ name, url, driver, user, password }: DatabaseConnection): Files {
  const passwordFile = `${name}.password`;
  return {
    [`${name}.json`]: pulumi.secret(sortedJson({ url, driver, user, passwordFile }, 2)),
    [passwordFile]: password,
  };
}
