import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../console/steps";
import { clusterSubjects } from "./certificates";
import { writeIfChanged } from "./configuration-files";
import { kubeconfigFile } from "./kubeconfigs";
import { apiServiceAddress, clusterDomain, dnsPort, hostAddress } from "./network";
import { clusterPaths } from "./paths";
import { ensureRunning } from "./processes";

/**
 * CoreDNS's configuration: the cluster's own names from the API, and a quick "no such name" for all others. Pods can't
 * reach the outside, and asking the host's resolver for it would only make every lookup wait.
 */
export function renderCorefile(kubeconfig: string): string {
  return `${clusterDomain}:${dnsPort} in-addr.arpa:${dnsPort} {
    bind ${hostAddress}
    errors
    kubernetes ${clusterDomain} in-addr.arpa {
        kubeconfig ${kubeconfig}
        pods insecure
        ttl 5
    }
}
.:${dnsPort} {
    bind ${hostAddress}
    errors
    template ANY ANY {
        rcode NXDOMAIN
    }
}
`;
}

/** Starts cluster DNS on the host's end of the veth pair; returns once it knows the API's own Service. */
export async function startDns(program: string, report: Report): Promise<void> {
  const kubeconfig = kubeconfigFile(clusterSubjects.dns);
  const file = join(clusterPaths.configuration(), "Corefile");
  const configuration = writeIfChanged(file, renderCorefile(kubeconfig));
  await ensureRunning(
    {
      name: "coredns",
      command: program,
      args: ["-conf", file],
      configuration: [configuration, readFileSync(kubeconfig, "utf8")],
      listens: (["tcp", "udp"] as const).map((protocol) => ({
        purpose: "cluster DNS",
        protocol,
        address: hostAddress,
        port: dnsPort,
      })),
      ready: answersApiService,
    },
    report,
  );
}

/** Whether cluster DNS resolves the Service `kubernetes` to its address. */
export async function answersApiService(): Promise<boolean> {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`${hostAddress}:${dnsPort}`]);
  const addresses = await resolver.resolve4(`kubernetes.default.svc.${clusterDomain}`);
  return addresses.includes(apiServiceAddress);
}
