import { parse } from "yaml";
import type { Manifest } from "../kubernetes/manifest";

const templateFile = /^(driver|executor)-pod-template\.yaml$/;

/**
 * The pods that Spark makes of the templates in a ConfigMap, as far as the templates say: with the namespace, a name and
 * the label `spark-role` that Spark gives each. Nothing else shows a job's pods before there is a job.
 */
export function podsOfTemplates(objects: readonly Manifest[]): readonly Manifest[] {
  return objects
    .filter(({ kind }) => kind === "ConfigMap")
    .flatMap(({ metadata, data }) =>
      Object.entries((data ?? {}) as Readonly<Record<string, string>>).flatMap(([file, text]) => {
        const role = templateFile.exec(file)?.[1];
        if (role === undefined) return [];
        const pod = parse(text) as Manifest;
        const labels = { ...pod.metadata.labels, "spark-role": role };
        return [
          { ...pod, metadata: { ...pod.metadata, labels, name: `spark-${role}`, namespace: metadata.namespace } },
        ];
      }),
    );
}
