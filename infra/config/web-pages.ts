import { fullHost } from "../../components/ingress/placed-routes";
import { pageName } from "../../components/jupyter/settings";
import { consolePage } from "../../components/storage/minio-topology";
import type { Groups } from "./schema";

/** A page of the platform, known from the stack file alone. */
export interface WebPage {
  /** Its name, by which `hamilton:ingress.hosts` calls it: `store-console`. */
  readonly name: string;
  /** Its full host name, in small letters: `store.hamilton.example.com`. */
  readonly host: string;
}

/** One rule for each kind of page, whose host is a label still; a component that brings another kind adds its rule here. */
const pageRules: readonly ((groups: Partial<Groups>) => readonly WebPage[])[] = [
  ({ objectStore }) => (objectStore?.kind === "minio" ? [consolePage] : []),
  ({ notebooks = {} }) => Object.keys(notebooks).map((name) => ({ name: pageName(name), host: pageName(name) })),
];

/** The pages that an environment's ingress leads to, sorted by name; none without an ingress. */
export function webPages(groups: Partial<Groups>): readonly WebPage[] {
  const { ingress } = groups;
  if (ingress === undefined) return [];
  return pageRules
    .flatMap((rule) => rule(groups))
    .map(({ name, host }) => ({ name, host: fullHost(ingress.hosts[name] ?? host, ingress.domain).toLowerCase() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
