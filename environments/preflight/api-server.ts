import { coerce, compare, minor, satisfies } from "semver";
import { kubernetesReleases } from "../../infra/versions";
import { text } from "../../kubernetes/json";
import type { Check } from "./check";
import { fail, ok, type Row, warn } from "./row";

const title = "API server";

/** Whether the version that the API server names (`v1.34.4`, `v1.30.1-gke.100`) is one that this program supports. */
export function judgeVersion(gitVersion: string): Row {
  const { least, recommended, newest } = kubernetesReleases;
  const version = coerce(gitVersion);
  const found = `Kubernetes ${gitVersion}`;
  if (version === null)
    return warn(title, `an unreadable version: "${gitVersion}"`, `this program needs ${least} or later`);
  if (compare(version, `${least}.0`) < 0)
    return fail(
      title,
      `${found}; this program needs ${least} or later`,
      `upgrade the cluster, best to ${recommended} or later`,
    );
  if (compare(version, `${recommended}.0`) < 0)
    return warn(title, `${found}; Spark recommends ${recommended} or later`, "plan the cluster's upgrade");
  if (!satisfies(version, `<=${newest}`) && minor(version) > Number(newest.split(".")[1]))
    return warn(title, `${found}; this program knows up to ${newest}`, "look for a newer release of this program");
  return ok(title, found);
}

export const apiServerCheck: Check = {
  title,
  run: async (cluster) => [judgeVersion(text(await cluster.send("GET", "/version"), "gitVersion"))],
};
