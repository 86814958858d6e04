import type { Path } from "../kubernetes/difference";

/** The keys of a path as Pulumi writes it: `spec.ports[0].name`, `metadata.labels["app.kubernetes.io/name"]`. */
export function pathKeys(text: string): (string | number)[] {
  return [...text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[(\*)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, any, plain]) =>
      index === undefined ? (quoted?.replace(/\\(.)/g, "$1") ?? any ?? plain ?? "") : Number(index),
  );
}

/** Whether a path is the one that an option such as `ignoreChanges` names, or lies below it; `*` is any one key. */
export function covers(option: string, path: Path): boolean {
  const keys = pathKeys(option);
  return keys.length <= path.length && keys.every((key, place) => key === "*" || String(key) === String(path[place]));
}
