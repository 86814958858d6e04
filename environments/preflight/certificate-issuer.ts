import { list, text, type Values } from "../../kubernetes/json";
import type { Check } from "./check";
import { fail, ok, type Row, warn } from "./row";

/** An issuer of cert-manager on the cluster. */
export interface IssuerFact {
  readonly name: string;
  /** Whether cert-manager says that it can sign. */
  readonly ready: boolean;
}

const keys = "hamilton:ingress.tls.issuer and issuerKind";

/**
 * Whether the issuer that makes the pages' certificates is there: without it pages would never get one.
 *
 * @param known The cluster's issuers of that kind, where the pages are; nothing where it has no cert-manager.
 */
export function judgeIssuer(kind: string, name: string, known: readonly IssuerFact[] | undefined): Row {
  const check = `${kind} ${name}`;
  if (known === undefined)
    return fail(
      check,
      "the cluster has no cert-manager",
      'install it, or supply a certificate: hamilton:ingress.tls.kind "secret"',
    );
  const found = known.find((one) => one.name === name);
  const there = known.map((one) => one.name).sort();
  if (found === undefined)
    return fail(
      check,
      `not there; the cluster has ${there.length === 0 ? "none" : there.join(", ")}`,
      `name one that is there at ${keys}, or ask for this one`,
    );
  return found.ready ? ok(check, "there") : warn(check, "there, but not ready to sign", "look at its status");
}

export const certificateIssuerCheck: Check = {
  title: "issuer of certificates",
  run: async (cluster, { config, manifests }) => {
    const tls = config.ingress?.tls;
    if (tls?.kind !== "certManager") return [];
    const found = await cluster.find(`/apis/cert-manager.io/v1/${tls.issuerKind.toLowerCase()}s`);
    const all = found && list(found, "items");
    if (tls.issuerKind === "ClusterIssuer" || all === undefined)
      return [judgeIssuer(tls.issuerKind, tls.issuer, all?.map(factOf))];
    // An Issuer serves its own namespace, so each namespace with pages needs one.
    const places = manifests
      .filter(({ kind }) => kind === "Ingress" || kind === "Gateway")
      .map(({ metadata }) => metadata.namespace ?? "");
    return [...new Set(places)].map((place) => {
      const row = judgeIssuer(
        tls.issuerKind,
        tls.issuer,
        all.filter((one) => text(one, "metadata", "namespace") === place).map(factOf),
      );
      return { ...row, check: `${row.check} in ${place}` };
    });
  },
};

function factOf(issuer: Values): IssuerFact {
  const ready = list(issuer, "status", "conditions").find((one) => one.type === "Ready");
  return { name: text(issuer, "metadata", "name"), ready: ready?.status === "True" };
}
