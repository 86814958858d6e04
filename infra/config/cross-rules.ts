import { ValueFault } from "../../components/core/errors";
import { environmentName } from "../../components/core/names";
import { podDemand } from "../../components/spark/pod-size";
import { quotaFaults } from "../../components/spark/quota";
import { settingFault } from "../../components/spark/settings";
import { platformImages, sparkRelease } from "../versions";
import { knownImages, platformImage, pulledImages } from "../images";
import { databaseFaults } from "./database-rules";
import { isProduction } from "./production";
import { unknownKeyFault, valueFault, type ConfigFault } from "./faults";
import { ingressFaults } from "./ingress-rules";
import { notebookFaults } from "./notebook-rules";
import type { Groups } from "./schema";

type Rule = (groups: Partial<Groups>, environment: string) => readonly ConfigFault[];

/** Folders of the images and of Spark itself, which a volume must not hide. */
const reservedPaths = [
  "/bin",
  "/dev",
  "/etc",
  "/lib",
  "/opt",
  "/proc",
  "/run",
  "/sys",
  "/tmp",
  "/usr",
  "/var/data",
  "/var/run",
];

/** The longest that a prefix may be, so that every name made with it is still a DNS label of 63. */
export const longestPrefix = 30;

/** Everything that only several values together can get wrong. Groups with faults of their own are left out. */
export function crossFaults(groups: Partial<Groups>, environment: string): readonly ConfigFault[] {
  const rules: readonly Rule[] = [
    names,
    images,
    digests,
    volumes,
    buckets,
    storeAddresses,
    sparkSizes,
    sparkSettings,
    environments,
    databaseFaults,
    ingressFaults,
    notebookFaults,
  ];
  return rules.flatMap((rule) => rule(groups, environment));
}

const names: Rule = ({ namespaces }) =>
  namespaces === undefined || namespaces.prefix.length <= longestPrefix
    ? []
    : [valueFault("hamilton:namespaces.prefix", namespaces.prefix, `at most ${longestPrefix} characters`)];

/** Rights and settings follow from the Spark release of the program, so the image must be of the same one. */
const images: Rule = ({ images: group }) =>
  (["spark", "jupyter"] as const).flatMap((image) => {
    const tag = group?.[image]?.replace(/^.*\/[^:]+:/, "");
    if (tag === undefined || tag.split(/[-@]/)[0] === sparkRelease.spark) return [];
    const expected = `a tag of Spark ${sparkRelease.spark}, as in infra/versions.ts`;
    return [valueFault(`hamilton:images.${image}`, group?.[image], expected)];
  });

/** A digest that nobody reads is most likely that of an image of an earlier release. */
const digests: Rule = ({ images: group, ...others }, environment) => {
  if (group === undefined) return [];
  const key = "hamilton:images.digests";
  const known = knownImages(group).map(({ name }) => name);
  const faults = Object.keys(group.digests)
    .filter((name) => !known.includes(name))
    .map((name) => unknownKeyFault(`${key}["${name}"]`, name, known));
  for (const part of Object.keys(platformImages) as (keyof typeof platformImages)[]) {
    const { name } = platformImage(group, part);
    if (group[part]?.includes("@") && name in group.digests)
      faults.push(valueFault(`hamilton:images.${part}`, group[part], `the tag alone, since ${key} has its digest`));
  }
  if (!isProduction(others.cluster, environment)) return faults;
  for (const { name, reference } of pulledImages({ images: group, ...others }))
    if (!reference.includes("@")) {
      const command = `skopeo inspect --format '{{.Digest}}' docker://${reference}`;
      faults.push(
        valueFault(`${key}["${name}"]`, undefined, `the image's digest in production, as shown by: ${command}`),
      );
    }
  return faults;
};

const volumes: Rule = ({ volumes: all = {} }) => {
  const faults: ConfigFault[] = [];
  const seen: { name: string; path: string }[] = [];
  for (const [name, { mountPath: path }] of Object.entries(all)) {
    const key = `hamilton:volumes.${name}.mountPath`;
    const other = seen.find((one) => within(path, one.path) || within(one.path, path));
    if (other !== undefined)
      faults.push(valueFault(key, path, `a path apart from that of volume "${other.name}" (${other.path})`));
    const reserved = reservedPaths.find((one) => within(path, one) || within(one, path));
    if (reserved !== undefined)
      faults.push(valueFault(key, path, `a path outside ${reserved}, such as "/mnt/${name}"`));
    seen.push({ name, path });
  }
  faults.push(...sameVariable("hamilton:volumes", Object.keys(all)));
  return faults;
};

const buckets: Rule = ({ objectStore }) => {
  if (objectStore === undefined) return [];
  const key = "hamilton:objectStore.buckets";
  const faults: ConfigFault[] = ["lake", "uploads"]
    .filter((role) => !(role in objectStore.buckets))
    .map((role) => valueFault(`${key}.${role}`, undefined, `a bucket's name: ${bucketUses[role] ?? ""}`));
  const owners = new Map<string, string>();
  for (const [role, name] of Object.entries(objectStore.buckets)) {
    const owner = owners.get(name);
    if (owner !== undefined)
      faults.push(valueFault(`${key}.${role}`, name, `a bucket of its own; this one is already "${owner}"`));
    owners.set(name, role);
  }
  return [...faults, ...sameVariable(key, Object.keys(objectStore.buckets))];
};

const bucketUses: Readonly<Record<string, string>> = {
  lake: "jobs write their results there",
  uploads: "spark-submit puts local files there",
};

const storeAddresses: Rule = ({ objectStore: store }) => {
  if (store?.kind !== "minio") return [];
  const { nodePort, externalEndpoint } = store;
  const key = "hamilton:objectStore";
  if (nodePort === undefined)
    return externalEndpoint === undefined
      ? []
      : [valueFault(`${key}.nodePort`, undefined, "the port of externalEndpoint")];
  if (externalEndpoint?.endsWith(`:${nodePort}`)) return [];
  const example = `a URL with the port of nodePort, such as "http://node.example.com:${nodePort}"`;
  return [valueFault(`${key}.externalEndpoint`, externalEndpoint, example)];
};

const sparkSizes: Rule = ({ spark }) => {
  if (spark === undefined) return [];
  const faults: ConfigFault[] = [];
  for (const role of ["driver", "executor"] as const)
    faults.push(...valueFaults(`hamilton:spark.${role}`, () => podDemand(spark[role])));
  // Without valid sizes there is nothing to compare the quota with.
  if (faults.length === 0)
    for (const { fault } of quotaFaults(spark.quota, spark.driver, spark.executor, spark.executors.min))
      faults.push(valueFault(`hamilton:spark.${fault.field}`, fault.got, fault.expected));
  const { min, max } = spark.executors;
  if (min > max) faults.push(valueFault("hamilton:spark.executors.min", min, `at most executors.max (${max})`));
  const { driver, executor } = spark.priorities;
  if (driver < executor)
    faults.push(
      valueFault("hamilton:spark.priorities.driver", driver, `at least the executors' priority (${executor})`),
    );
  return faults;
};

const sparkSettings: Rule = ({ spark }) =>
  Object.entries(spark?.settings ?? {}).flatMap(([name, value]) => {
    const fault = settingFault(name, value);
    return fault === undefined ? [] : [{ key: `hamilton:spark.settings["${name}"]`, sentence: fault }];
  });

/** What `local` may do for want of better, and other environments may not; and what production must. */
const environments: Rule = ({ cluster, images, volumes: all = {}, objectStore }, environment) => {
  if (environment === "local") return [];
  const faults: ConfigFault[] = [];
  const production = isProduction(cluster, environment);
  if (environment === "prod" && !production)
    faults.push(valueFault("hamilton:cluster.production", false, "true in prod, or another name for the environment"));
  if (production && cluster?.protectData === false)
    faults.push(
      valueFault(
        "hamilton:cluster.protectData",
        false,
        "true in production; docs/operations.md shows how one object goes",
      ),
    );
  if (images !== undefined && /^(localhost|127\.0\.0\.1)([:/]|$)/.test(images.registry))
    faults.push(valueFault("hamilton:images.registry", images.registry, "a registry that the nodes can reach"));
  for (const [name, volume] of Object.entries(all)) {
    if (volume.kind === "hostPath")
      faults.push(
        valueFault(`hamilton:volumes.${name}.kind`, volume.kind, '"windowsShare" or "storageClass" outside local'),
      );
    if (production && volume.kind === "windowsShare" && !volume.encrypt)
      faults.push(valueFault(`hamilton:volumes.${name}.encrypt`, false, "true in production"));
  }
  if (production && objectStore !== undefined) faults.push(...productionStore(objectStore));
  return faults;
};

function productionStore(store: Groups["objectStore"]): readonly ConfigFault[] {
  const key = "hamilton:objectStore";
  if (store.kind === "external")
    return store.endpoint.startsWith("https://")
      ? []
      : [valueFault(`${key}.endpoint`, store.endpoint, "an https URL in production")];
  const faults: ConfigFault[] = [];
  if (store.externalEndpoint?.startsWith("http://"))
    faults.push(valueFault(`${key}.externalEndpoint`, store.externalEndpoint, "an https URL in production"));
  return faults;
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Two names that would share one environment variable. */
function sameVariable(key: string, all: readonly string[]): readonly ConfigFault[] {
  return all.flatMap((name, index) => {
    const other = all.slice(0, index).find((one) => environmentName(one) === environmentName(name));
    return other === undefined
      ? []
      : [{ key: `${key}.${name}`, sentence: `has the same environment variable as "${other}"; expected another name` }];
  });
}

/** The fault that `check` throws, with its key under `root`. */
function valueFaults(root: string, check: () => unknown): readonly ConfigFault[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error;
    return [valueFault(`${root}.${error.fault.field}`, error.fault.got, error.fault.expected)];
  }
}
