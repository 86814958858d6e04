import { describe, expect, it } from "vitest";
import { clashes, sameCluster } from "../../environments/clashes";
import { parseStackFile, type StackConfig } from "../../infra/config";
import { environments, stackFileText, type Environment } from "../support/platform";
import { changed, type Path } from "../support/stack-files";

type Change = readonly [Path, unknown];

const thirdDomain: Change = [["ingress", "domain"], "hamilton.third.example.com"];
const otherDomain: Change = [["ingress", "domain"], "hamilton.copy.example.com"];

/** A second environment: a copy of a committed one whose pages have a domain of their own, with some values changed. */
const copy = (of: Environment, ...changes: readonly Change[]): StackConfig =>
  parseStackFile(changed(of, otherDomain, ...changes), "copy").config;

const committed = (environment: Environment): StackConfig =>
  parseStackFile(stackFileText(environment), environment).config;

const otherPrefix: Change = [["namespaces", "prefix"], "copy"];
const otherPort: readonly Change[] = [
  [["objectStore", "nodePort"], 30901],
  [["objectStore", "externalEndpoint"], "http://nodes.dev.example.com:30901"],
];
const noDriver: Change = [["cluster", "smbDriver", "install"], false];
const ownBuckets: Change = [["objectStore", "buckets"], { lake: "copy-lake", uploads: "copy-uploads" }];
const keys = (...configs: StackConfig[]) => clashes(configs).map(({ places }) => places.map(({ key }) => key));

describe("the committed environments", () => {
  it("can stand beside each other", () => {
    expect(clashes(environments.map(committed))).toEqual([]);
  });
});

describe("two environments of one cluster", () => {
  it("clash in prefix, port, driver and address where one is a copy of the other", () => {
    expect(keys(committed("dev"), copy("dev"))).toEqual(
      [
        "hamilton:namespaces.prefix",
        "hamilton:objectStore.nodePort",
        "hamilton:cluster.smbDriver.install",
        "hamilton:objectStore.externalEndpoint",
      ].map((key) => [key, key]),
    );
  });

  it("can stand beside each other once these differ", () => {
    expect(clashes([committed("dev"), copy("dev", otherPrefix, ...otherPort, noDriver)])).toEqual([]);
  });

  it.each<[string, readonly Change[], string]>([
    [
      "prefix",
      [...otherPort, noDriver],
      'namespaces.prefix both take the namespace prefix "dev", and both stand on one',
    ],
    [
      "node port",
      [otherPrefix, noDriver, [["objectStore", "externalEndpoint"], "http://other.dev.example.com:30900"]],
      "objectStore.nodePort both take the node port 30900, and both stand on one cluster; choose another port",
    ],
    ["driver", [otherPrefix, ...otherPort], "smbDriver.install both take the installation of csi-driver-smb"],
  ])("that share only their %s say so in one sentence", (_, changes, words) => {
    const found = clashes([committed("dev"), copy("dev", ...changes)]);
    expect(found).toHaveLength(1);
    expect(found[0]?.sentence).toMatch(/^Pulumi\.dev\.yaml: hamilton:\S+ and Pulumi\.copy\.yaml: hamilton:\S+ both /);
    expect(found[0]?.sentence).toContain(words);
  });
});

describe("pages", () => {
  const domain = (name: string): Change => [["ingress", "domain"], name];
  const apart = [otherPrefix, ...otherPort, noDriver];

  it("clash in each host that two environments take, wherever their clusters are", () => {
    const elsewhere: readonly Change[] = [
      [["cluster", "context"], "elsewhere"],
      [["cluster", "outsideAddress"], undefined],
    ];
    for (const changes of [apart, [...apart, ...elsewhere]]) {
      const found = clashes([committed("dev"), copy("dev", ...changes, domain("hamilton.DEV.example.com"))]);
      const pages = ["notebook-harp", "notebook-risk", "store"];
      expect(found.map(({ value }) => value)).toEqual(pages.map((page) => `${page}.hamilton.dev.example.com`));
      expect(found.at(-1)?.sentence).toMatch(
        /hamilton:ingress\.domain both take the host store\.hamilton\.dev\.example\.com; give each/,
      );
    }
  });

  it("clash under the key that names the host", () => {
    const named = copy("dev", ...apart, domain("example.com"), [
      ["ingress", "hosts"],
      { "store-console": "store.hamilton.dev.example.com" },
    ]);
    expect(keys(committed("dev"), named)).toEqual([
      ["hamilton:ingress.domain", "hamilton:ingress.hosts.store-console"],
    ]);
  });

  it("may stand below one domain under other names", () => {
    const hosts = { "store-console": "objects", "notebook-harp": "harp", "notebook-risk": "risk" };
    const named: Change = [["ingress", "hosts"], hosts];
    expect(clashes([committed("dev"), copy("dev", ...apart, domain("hamilton.dev.example.com"), named)])).toEqual([]);
  });

  it("take ports of the nodes, which a store may not have as well", () => {
    const exposure: Change = [
      ["ingress"],
      { ...ownIngress, exposure: { kind: "nodePort", http: 30080, https: 30900 } },
    ];
    expect(keys(committed("dev"), copy("dev", ...apart, exposure))).toEqual([
      ["hamilton:objectStore.nodePort", "hamilton:ingress.exposure.https"],
    ]);
  });

  const ownIngress = { domain: "hamilton.copy.example.com", tls: { kind: "none" } };
});

describe("cluster-wide names", () => {
  const login = { server: "files.example.com", share: "harp", username: "user", password: "harp-password" };
  const share = (name: string): Change => [
    ["volumes"],
    { [name]: { kind: "windowsShare", ...login, mountPath: "/mnt/harp" } },
  ];

  it("clash where prefix, namespace and volume make the same name from different parts", () => {
    const first = copy("dev", noDriver, share("spark-harp"));
    const second = copy("dev", ...[noDriver, ...otherPort, thirdDomain, share("harp")], [
      ["namespaces", "prefix"],
      "dev-spark",
    ]);
    expect(clashes([first, second]).map(({ places, value }) => [places[0].key, places[1].key, value])).toEqual([
      ["hamilton:volumes.spark-harp", "hamilton:volumes.harp", "dev-spark-spark-harp"],
    ]);
  });

  it("clash where a notebook's namespace is called as another environment's namespace of jobs", () => {
    const { harp } = committed("dev").notebooks;
    const first = copy("dev", noDriver, [["notebooks"], { spark: harp }]);
    const second = copy(
      "dev",
      thirdDomain,
      ...otherPort,
      [["notebooks"], undefined],
      [["namespaces", "prefix"], "dev-notebooks"],
    );
    const [found] = clashes([first, second]);
    expect(found?.sentence).toContain(
      "Pulumi.copy.yaml: hamilton:notebooks.spark and Pulumi.copy.yaml: hamilton:namespaces.prefix both take the namespace dev-notebooks-spark",
    );
  });

  it("clash in a PersistentVolume that two environments name", () => {
    const volume = (mountPath: string): Change => [
      ["volumes", "lake"],
      { kind: "storageClass", className: "nfs", mountPath, existingVolumes: { spark: "lake-1" } },
    ];
    const blind: Change = [["notebooks"], undefined];
    const first = copy("dev", noDriver, blind, volume("/mnt/lake"));
    const second = copy("dev", blind, otherPrefix, thirdDomain, ...otherPort, volume("/mnt/lake"));
    expect(keys(first, second)).toEqual([
      ["hamilton:volumes.lake.existingVolumes.spark", "hamilton:volumes.lake.existingVolumes.spark"],
    ]);
  });

  it("are not told of again where the prefix is the same already", () => {
    expect(keys(copy("dev", noDriver), copy("dev", noDriver, thirdDomain, ...otherPort))).toEqual([
      ["hamilton:namespaces.prefix", "hamilton:namespaces.prefix"],
    ]);
  });
});

describe("one cluster", () => {
  const at = (...changes: Change[]) => sameCluster(committed("dev"), copy("dev", ...changes));

  it("is one context of one kubeconfig", () => {
    expect(at()).toBe(true);
    expect(at([["cluster", "outsideAddress"], undefined])).toBe(true);
  });

  it("is one address of the API server under whatever context, its port written or not", () => {
    const elsewhere: Change = [["cluster", "context"], "elsewhere"];
    expect(at(elsewhere)).toBe(true);
    expect(at(elsewhere, [["cluster", "outsideAddress"], "https://KUBERNETES.dev.example.com:6443"])).toBe(true);
    expect(at(elsewhere, [["cluster", "outsideAddress"], "https://kubernetes.dev.example.com"])).toBe(false);
  });

  it("is not told by the name of a context alone where the kubeconfigs differ", () => {
    expect(at([["cluster", "kubeconfig"], "/etc/other"], [["cluster", "outsideAddress"], undefined])).toBe(false);
  });
});

describe("environments of different clusters", () => {
  const elsewhere: readonly Change[] = [
    [["cluster", "context"], "elsewhere"],
    [["cluster", "outsideAddress"], undefined],
  ];
  const endpoint = (url: string): Change => [["objectStore", "endpoint"], url];

  it("may have the same prefix, node port and driver, but not the same address", () => {
    expect(keys(committed("dev"), copy("dev", ...elsewhere))).toEqual([
      ["hamilton:objectStore.externalEndpoint", "hamilton:objectStore.externalEndpoint"],
    ]);
  });

  it("clash in every bucket that they share on one external store", () => {
    const found = clashes([committed("prod"), copy("prod", ...elsewhere, [["objectStore", "buckets", "lake"], "own"])]);
    expect(found.map(({ value }) => value)).toEqual([
      "s3.example.com:443/harp-uploads",
      "s3.example.com:443/harp-spark-events",
    ]);
  });

  it("clash in a bucket under different roles too", () => {
    const swapped = { lake: "harp-uploads", uploads: "copy-uploads" };
    expect(keys(committed("prod"), copy("prod", ...elsewhere, [["objectStore", "buckets"], swapped]))).toEqual([
      ["hamilton:objectStore.buckets.uploads", "hamilton:objectStore.buckets.lake"],
    ]);
  });

  it("may call buckets alike on stores of their own, but not in two regions of AWS", () => {
    const other = copy("prod", ...elsewhere, endpoint("https://s3.other.example.com"));
    expect(clashes([committed("prod"), other])).toEqual([]);
    const regions = ["eu-central-1", "us-east-1"].map(
      (region, index) =>
        parseStackFile(
          changed(
            "prod",
            ...(index === 0 ? [] : [...elsewhere, otherDomain]),
            endpoint(`https://s3.${region}.amazonaws.com`),
          ),
          `e${index}`,
        ).config,
    );
    expect(clashes(regions)).toHaveLength(3);
  });

  it("do not clash with buckets of their own", () => {
    expect(clashes([committed("prod"), copy("prod", ...elsewhere, ownBuckets)])).toEqual([]);
  });
});
