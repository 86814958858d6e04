import { describe, expect, it } from "vitest";
import { traefikArguments, type TraefikSettings } from "../../../components/ingress/traefik-arguments";
import { traefikRules } from "../../../components/ingress/traefik-roles";
import type { Plain } from "../../../review/recording";
import { ingress, ownTraefik } from "./routes";

const settings: TraefikSettings = { namespace: "ingress", className: "hamilton", httpsPort: 443, uploadSeconds: 3600 };

describe("Traefik's arguments", () => {
  it("send plain http on to the port that browsers use", () => {
    expect(traefikArguments({ ...settings, httpsPort: 30443 })).toEqual(
      expect.arrayContaining([
        "--entryPoints.web.http.redirections.entryPoint.to=:30443",
        "--entryPoints.web.http.redirections.entryPoint.scheme=https",
      ]),
    );
  });

  it("have neither TLS nor a redirection where there is no TLS", () => {
    const args = traefikArguments({ ...settings, httpsPort: undefined }).join(" ");
    expect(args).not.toMatch(/websecure|redirections/);
    expect(args).toContain("--entryPoints.web.transport.respondingTimeouts.readTimeout=3600s");
  });

  it("cut off no answer and no socket, and uploads only after their time", () => {
    expect(traefikArguments(settings)).toEqual(
      expect.arrayContaining([
        "--entryPoints.websecure.transport.respondingTimeouts.readTimeout=3600s",
        "--entryPoints.websecure.transport.respondingTimeouts.writeTimeout=0s",
      ]),
    );
  });

  it("keep it to one namespace, and from everything that has none", () => {
    expect(traefikArguments(settings)).toEqual(
      expect.arrayContaining([
        "--providers.kubernetesIngress.namespaces=ingress",
        "--providers.kubernetesIngress.disableClusterScopeResources=true",
      ]),
    );
  });

  it("open no page about itself, and call nobody", () => {
    const args = traefikArguments(settings).join(" ");
    expect(args).not.toMatch(/--api|dashboard|--metrics|--accesslog/i);
    expect(args).toContain("--global.checkNewVersion=false --global.sendAnonymousUsage=false");
  });

  it("publish an address only where there is one", () => {
    expect(traefikArguments(settings).join(" ")).not.toContain("publishedService");
    expect(traefikArguments({ ...settings, publishedService: "ingress/traefik" })).toContain(
      "--providers.kubernetesIngress.ingressEndpoint.publishedService=ingress/traefik",
    );
  });
});

describe("Traefik's rights", () => {
  it("are to follow lists, and with an address to write it into Ingresses", () => {
    const verbs = (publishes: boolean) => [...new Set(traefikRules(publishes).flatMap((rule) => rule.verbs))];
    expect(verbs(false)).toEqual(["list", "watch"]);
    expect(verbs(true)).toEqual(["list", "watch", "update"]);
    expect(traefikRules(true).find((rule) => rule.verbs.includes("update"))?.resources).toEqual(["ingresses/status"]);
  });

  it("end at its namespace: there is no ClusterRole", async () => {
    const run = await ingress();
    expect(run.all("ClusterRole")).toEqual([]);
    expect(run.manifest("RoleBinding")).toMatchObject({
      metadata: { namespace: "dev-ingress" },
      roleRef: { kind: "Role", name: "traefik" },
      subjects: [{ kind: "ServiceAccount", name: "traefik", namespace: "dev-ingress" }],
    });
  });
});

describe("Traefik's pods", () => {
  const podOf = async (changes: object = {}) => {
    const run = await ingress({ controller: { ...ownTraefik, ...changes } });
    return (run.manifest("Deployment").spec as { template: { spec: Plain } }).template.spec;
  };

  it("have a token of the API and nothing else of the node's", async () => {
    expect(await podOf()).toMatchObject({
      automountServiceAccountToken: true,
      serviceAccountName: "traefik",
      securityContext: { runAsNonRoot: true, runAsUser: 65532 },
    });
    expect(await podOf()).not.toHaveProperty("hostNetwork");
  });

  it("have time to finish what they serve before they are killed", async () => {
    const { terminationGracePeriodSeconds } = await podOf();
    const args = traefikArguments(settings).join(" ");
    const [, accept = "", finish = ""] = /requestAcceptGraceTimeout=(\d+)s .*graceTimeOut=(\d+)s/.exec(args) ?? [];
    expect(terminationGracePeriodSeconds).toBeGreaterThan(Number(accept) + Number(finish));
  });

  it("are kept apart and from going together once there are several", async () => {
    const single = await ingress();
    expect(single.all("PodDisruptionBudget")).toEqual([]);
    expect(await podOf()).not.toHaveProperty("topologySpreadConstraints");
    const run = await ingress({ controller: { ...ownTraefik, replicas: 2 } });
    expect(run.manifest("PodDisruptionBudget").spec).toMatchObject({ maxUnavailable: 1 });
    expect((await podOf({ replicas: 2 })).topologySpreadConstraints).toHaveLength(2);
  });

  it("start once they may do what they must: rights and network stand first", async () => {
    const run = await ingress();
    const { dependsOn } = run.one("Deployment");
    for (const kind of ["RoleBinding", "ServiceAccount"])
      expect(dependsOn.some((urn) => urn.includes(`:${kind}::`))).toBe(true);
    expect(dependsOn.filter((urn) => urn.includes(":NetworkPolicy::"))).toHaveLength(2);
  });
});

describe("Traefik's Service", () => {
  it("takes the ports of the nodes that the stack file names", async () => {
    expect((await ingress()).manifest("Service", "traefik").spec).toMatchObject({
      type: "NodePort",
      ports: [
        { name: "http", port: 80, nodePort: 30080 },
        { name: "https", port: 443, nodePort: 30443 },
      ],
    });
  });

  it("asks a load balancer for an address, as the stack file describes it", async () => {
    const exposure = { kind: "loadBalancer", className: "metallb", annotations: { "metallb.io/pool": "a" } } as const;
    const run = await ingress({ controller: { ...ownTraefik, exposure, sources: ["10.0.0.0/8"] } });
    const service = run.manifest("Service", "traefik");
    expect(service.spec).toMatchObject({
      ...{ type: "LoadBalancer", loadBalancerClass: "metallb", loadBalancerSourceRanges: ["10.0.0.0/8"] },
      ports: [{ port: 80 }, { port: 443 }],
    });
    expect(service.metadata).toMatchObject({ annotations: { "metallb.io/pool": "a" } });
    expect(JSON.stringify(service.spec)).not.toContain("nodePort");
    const policy = run.manifest("NetworkPolicy", "outside-to-ingress-ingress");
    expect(JSON.stringify(policy.spec)).toContain('"from":[{"ipBlock":{"cidr":"10.0.0.0/8"}}]');
  });

  it("has no port for https without TLS", async () => {
    const run = await ingress({ tls: { kind: "none" } });
    expect((run.manifest("Service", "traefik").spec as { ports: unknown[] }).ports).toHaveLength(1);
  });
});
