import { X509Certificate } from "node:crypto";
import { sparkRelease } from "../../infra/versions";
import { dnsProof, type ProbeFacts, type TargetResult } from "./probe";
import type { Target } from "./requirements";
import { fail, notChecked, ok, type Row, warn } from "./row";

/** The rows that the probe fills, by their titles. */
export const probeTitles = {
  image: "image registry",
  contents: "image contents",
  podSecurity: "Pod Security",
  policy: "NetworkPolicies",
  dns: dnsProof.name,
} as const;

/** How long before its end a certificate is worth a warning, in days. */
const soon = 21;

/** All titles of the probe's rows for an environment. */
export function titlesOf(wanted: readonly Target[]): readonly string[] {
  const { image, contents, podSecurity, policy, dns } = probeTitles;
  return [image, contents, podSecurity, policy, dns, ...wanted.map((target) => target.name)];
}

/** The rows of what the probe found. */
export function judgeProbe(
  facts: ProbeFacts,
  wanted: readonly Target[],
  { image, now }: { readonly image: string; readonly now: Date },
): readonly Row[] {
  const unknown = facts.stopped ?? "the probe's pod said nothing of it";
  const resultOf = (name: string) => facts.targets?.find((one) => one.name === name);
  const dns = resultOf(dnsProof.name);
  return [
    judgeImage(facts, image),
    facts.contents === undefined ? notChecked(probeTitles.contents, unknown) : judgeContents(facts.contents),
    facts.podSecurity === "enforced"
      ? ok(probeTitles.podSecurity, "a privileged pod is refused where the level is restricted")
      : fail(
          probeTitles.podSecurity,
          "a privileged pod is admitted where the level is restricted",
          "enable the admission plugin PodSecurity of the API server",
        ),
    facts.policy === undefined ? notChecked(probeTitles.policy, unknown) : judgePolicy(facts.policy),
    dns === undefined ? notChecked(probeTitles.dns, unknown) : judgeDns(dns),
    ...wanted.map((target) => {
      const result = resultOf(target.name);
      return result === undefined ? notChecked(target.name, unknown) : judgeTarget(target, result, now);
    }),
  ];
}

function judgeImage({ image: { pulled, said }, stopped }: ProbeFacts, image: string): Row {
  if (pulled) return ok(probeTitles.image, `${image}: ${said}`);
  if (stopped !== undefined && said.startsWith("the probe's pod")) return notChecked(probeTitles.image, stopped);
  return fail(
    probeTitles.image,
    `${image}: ${said}`,
    "push the image (npm run images), or mend hamilton:images: registry, tag, credentials",
  );
}

/** Executors with another Python than the notebook's or the job's driver fail with the first function sent to them. */
function judgeContents({ python, spark }: NonNullable<ProbeFacts["contents"]>): Row {
  const found = `Python ${python}, ${spark === null ? "no Spark" : `Spark ${spark}`}`;
  if (python === sparkRelease.python && spark === sparkRelease.spark) return ok(probeTitles.contents, found);
  return fail(
    probeTitles.contents,
    `${found}; notebooks and this program have Python ${sparkRelease.python}, Spark ${sparkRelease.spark}`,
    "build all images from the same infra/versions.ts (npm run images), or mend hamilton:images.spark",
  );
}

function judgePolicy(policy: NonNullable<ProbeFacts["policy"]>): Row {
  const check = probeTitles.policy;
  if (policy === "enforced") return ok(check, "enforced between pods");
  if (policy === "unknown") return notChecked(check, "one pod of the probe can't reach the other even where it may");
  return warn(
    check,
    "not enforced: a pod reached a port that a policy closes",
    "use a network plugin that enforces them, such as Calico or Cilium; else every pod reaches every other",
  );
}

function judgeDns({ error, addresses = [] }: TargetResult): Row {
  return error === undefined
    ? ok(probeTitles.dns, `${dnsProof.host} is ${addresses.join(", ")}`)
    : fail(
        probeTitles.dns,
        `${dnsProof.host}: ${error}`,
        "mend the cluster's DNS (pods k8s-app=kube-dns of kube-system)",
      );
}

/** Whether a server was reached, and whether its certificate is good for a while. */
export function judgeTarget(target: Target, result: TargetResult, now: Date): Row {
  const check = target.name;
  const address = `${target.host}:${target.port}`;
  const { failed, error = "" } = result;
  if (failed === "dns")
    return fail(check, `${target.host}: ${error}`, `mend ${target.key}, or have the cluster's DNS know the name`);
  if (failed !== undefined)
    return fail(
      check,
      `${address}: ${error}${failed === "tls" ? " (TLS)" : ""}`,
      failed === "tls"
        ? `mend the server's TLS, or ${target.key}`
        : `open the way from pods to ${address}, or mend ${target.key}`,
    );
  return target.tls ? judgeCertificate(target, result, now) : ok(check, `${address} answers`);
}

function judgeCertificate({ name: check, host, port, key }: Target, result: TargetResult, now: Date): Row {
  const address = `${host}:${port}`;
  const certificate = new X509Certificate(Buffer.from(result.certificate ?? "", "base64"));
  const names = certificate.subjectAltName?.replaceAll(/(DNS|IP Address):/g, "") ?? certificate.subject;
  const end = new Date(certificate.validTo);
  const described = `certificate for ${names}, until ${end.toISOString().slice(0, 10)}`;
  if (result.distrusted !== undefined)
    return fail(
      check,
      `${address} answers, with a certificate that pods don't trust: ${result.distrusted}; ${described}`,
      `give the server a certificate that the Spark image trusts, or mend ${key}`,
    );
  const days = Math.floor((end.getTime() - now.getTime()) / 86_400_000);
  if (days < soon) return warn(check, `${address} answers; ${described}: ${days} days left`, "renew the certificate");
  return ok(check, `${address} answers; ${described}`);
}
