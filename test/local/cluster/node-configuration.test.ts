import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderCorefile } from "../../../local/cluster/dns";
import {
  renderCniNetwork,
  renderContainerdConfig,
  renderKubeletConfiguration,
} from "../../../local/cluster/node-configuration";
import { renderHelperPod } from "../../../local/cluster/storage-class";

beforeEach(() => {
  process.env.HAMILTON_HOME = "/srv/hamilton";
});
afterEach(() => {
  delete process.env.HAMILTON_HOME;
});

describe("containerd's configuration", () => {
  const text = (): string => renderContainerdConfig("localhost/hamilton/pause:1");

  it("keeps everything below the state directory", () => {
    const paths = [...text().matchAll(/= "(\/[^"]*)"/g)].map((match) => match[1]);
    expect(paths.length).toBeGreaterThan(6);
    expect(paths.filter((path) => !path?.startsWith("/srv/hamilton/"))).toEqual([]);
  });

  it("starts sandboxes without the right to lower oom scores, from the local image", () => {
    expect(text()).toContain("restrict_oom_score_adj = true");
    expect(text()).toContain('sandbox_image = "localhost/hamilton/pause:1"');
  });
});

describe("the CNI network", () => {
  it("routes each pod by itself and announces it last, when it has its address", () => {
    const { plugins } = JSON.parse(renderCniNetwork()) as { plugins: { type: string }[] };
    expect(plugins.map((plugin) => plugin.type)).toEqual(["ptp", "portmap", "hamilton-announce"]);
  });
});

describe("the kubelet's configuration", () => {
  const configuration = parse(renderKubeletConfiguration("/srv/resolv.conf")) as Record<string, unknown>;

  it("answers nobody without a certificate or a token", () => {
    expect(configuration.authentication).toMatchObject({ anonymous: { enabled: false }, webhook: { enabled: true } });
    expect(configuration.authorization).toEqual({ mode: "Webhook" });
  });

  it("never removes an image, since none can be pulled again", () => {
    expect(configuration.imageGCHighThresholdPercent).toBe(100);
    expect(Object.keys(configuration.evictionHard as object)).toEqual(["memory.available"]);
  });

  it("asks cluster DNS on the host's end of the link", () => {
    expect(configuration).toMatchObject({ clusterDNS: ["10.88.0.1"], resolvConf: "/srv/resolv.conf" });
  });
});

describe("cluster DNS", () => {
  it("answers for the cluster's domain from the API and knows no other name", () => {
    const blocks = renderCorefile("/srv/dns.yaml").split(/^}/m);
    expect(blocks[0]).toContain("kubernetes cluster.local");
    expect(blocks[0]).toContain("kubeconfig /srv/dns.yaml");
    expect(blocks[1]).toContain("rcode NXDOMAIN");
  });
});

describe("the pod that makes volumes", () => {
  const pod = parse(renderHelperPod("localhost/hamilton/pause:1", ["/usr", "/lib64"])) as {
    spec: { containers: { image: string; imagePullPolicy: string; volumeMounts: unknown[] }[]; volumes: unknown[] };
  };

  it("runs the host's own shell in an image that is there, and can't change the host's folders", () => {
    expect(pod.spec.containers[0]).toMatchObject({ image: "localhost/hamilton/pause:1", imagePullPolicy: "Never" });
    expect(pod.spec.containers[0]?.volumeMounts).toEqual([
      { name: "host-usr", mountPath: "/usr", readOnly: true },
      { name: "host-lib64", mountPath: "/lib64", readOnly: true },
    ]);
  });
});
