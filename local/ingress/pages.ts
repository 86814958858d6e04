import { readFileSync } from "node:fs";
import { parseStackFile } from "../../infra/config";
import { webPages } from "../../infra/config/web-pages";
import { committedStackFile, localStack } from "../stack/stack-file";

/** What this host must know of the embedded cluster's pages to serve them. */
export interface LocalPages {
  /** The domain that they stand below: `hamilton.localhost`. */
  readonly domain: string;
  /** Their full host names. */
  readonly hosts: readonly string[];
  /** The entries of `hamilton:secrets` that the certificate and its key are given as; nothing where none is wanted. */
  readonly secrets?: { readonly certificate: string; readonly key: string };
  /** The ports of the node that lead to them; none where they are reached otherwise. */
  readonly nodePorts: readonly number[];
}

/**
 * The pages that the committed stack file asks for; nothing where it has no ingress of its own.
 *
 * @throws ConfigError with every fault of the file
 */
export function localPages(text: string = readFileSync(committedStackFile(), "utf8")): LocalPages | undefined {
  const { config } = parseStackFile(text, localStack);
  const { ingress } = config;
  if (ingress === undefined || !ingress.install) return undefined;
  const { domain, tls, exposure } = ingress;
  return {
    domain: domain.toLowerCase(),
    hosts: webPages(config).map(({ host }) => host),
    ...(tls.kind === "secret" ? { secrets: { certificate: tls.certificate, key: tls.key } } : {}),
    nodePorts: exposure?.kind === "nodePort" ? [exposure.http, exposure.https] : [],
  };
}
