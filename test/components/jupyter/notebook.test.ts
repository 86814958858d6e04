import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import type { Notebook } from "../../../components/jupyter/notebook";
import type { NotebookArgs } from "../../../components/jupyter/notebook-args";
import { unwrapped, valueOf, type Recording } from "../../../review/recording";
import { namespaceReference } from "../../support/namespaces";
import { checksumOf, credentials, namespace, oidc, podOf, run, templateOf } from "./notebook-example";

describe("a notebook", () => {
  let made: Recording<Notebook>;
  beforeAll(async () => {
    made = await run();
  });
  const server = (recording = made) => podOf(recording).containers.find(({ name }) => name === "jupyter");
  const variable = (name: string, recording = made) => server(recording)?.env.find((one) => one.name === name)?.value;

  it("is one pod under a name of its own, which its drivers give out before the page answers", () => {
    expect(made.manifest("StatefulSet").spec).toMatchObject({ replicas: 1, serviceName: "harp-pods" });
    expect(made.manifest("Service", "harp-pods").spec).toMatchObject({
      clusterIP: "None",
      publishNotReadyAddresses: true,
    });
    const { data } = made.manifest("ConfigMap", "spark-settings") as { data: Record<string, string> };
    expect(data["spark-defaults.conf"]?.split("\n")).toEqual(
      expect.arrayContaining([
        "spark.driver.host=harp-0.harp-pods.dev-notebooks-harp.svc.cluster.local",
        "spark.kubernetes.driver.pod.name=harp-0",
        "spark.kubernetes.namespace=dev-notebooks-harp",
        "spark.kubernetes.container.image=registry/hamilton/spark:4.1.2",
      ]),
    );
  });

  it("tells Spark where its settings are, and keeps a template for executors beside them", () => {
    expect(variable("SPARK_CONF_DIR")).toBe("/etc/hamilton/spark");
    const { data } = made.manifest("ConfigMap", "spark-settings") as { data: Record<string, string> };
    expect(data["spark-defaults.conf"]).toContain(
      "spark.kubernetes.executor.podTemplateFile=/etc/hamilton/spark/executor-pod-template.yaml\n",
    );
    expect(data["executor-pod-template.yaml"]).toContain("app.kubernetes.io/instance: harp\n");
    expect(Object.keys(data)).not.toContain("driver-pod-template.yaml");
  });

  it("sees what jobs see, at the same places, but for the files of submitters", () => {
    expect(variable("HAMILTON_VOLUME_HARP")).toBe("/mnt/harp");
    expect(variable("HAMILTON_BUCKET_LAKE")).toBe("s3a://lake");
    expect(variable("HAMILTON_BUCKET_UPLOADS")).toBeUndefined();
    expect(server()?.volumeMounts).toContainEqual({ name: "volume-harp", mountPath: "/mnt/harp", readOnly: true });
    expect(server()?.env).toContainEqual({
      name: "AWS_SECRET_ACCESS_KEY",
      valueFrom: { secretKeyRef: { name: "store-nb-harp-credentials", key: "AWS_SECRET_ACCESS_KEY" } },
    });
  });

  it("knows its name, its path and how long kernels may be idle", async () => {
    expect(variable("HAMILTON_NOTEBOOK")).toBe("harp");
    expect(variable("HAMILTON_BASE_URL")).toBe("/");
    expect(variable("HAMILTON_CULL_IDLE_SECONDS")).toBe("3600");
    const other = await run({ basePath: "/harp/", cullAfter: "10m" });
    expect(variable("HAMILTON_BASE_URL", other)).toBe("/harp/");
    expect(variable("HAMILTON_CULL_IDLE_SECONDS", other)).toBe("600");
    expect(server(other)?.livenessProbe).toMatchObject({ httpGet: { path: "/harp/api", port: 8888 } });
  });

  it("offers terminals, and has cells wait for executors for a while, unless it is told otherwise", async () => {
    expect(variable("HAMILTON_TERMINALS")).toBe("true");
    expect(variable("HAMILTON_EXECUTOR_PATIENCE_SECONDS")).toBe("90");
    const other = await run({ terminals: false, patience: "5m" });
    expect(variable("HAMILTON_TERMINALS", other)).toBe("false");
    expect(variable("HAMILTON_EXECUTOR_PATIENCE_SECONDS", other)).toBe("300");
  });

  it("mounts the token of its account into the server's container, by hand", () => {
    expect(podOf(made).automountServiceAccountToken).toBe(false);
    expect(server()?.volumeMounts).toContainEqual({
      name: "api-access",
      mountPath: "/var/run/secrets/kubernetes.io/serviceaccount",
      readOnly: true,
    });
    for (const account of made.all("ServiceAccount"))
      expect(unwrapped(account.inputs)).toMatchObject({ automountServiceAccountToken: false });
  });

  it("lets nobody in the namespace take the priority of jobs or of the system", () => {
    expect(made.manifest("ResourceQuota", "no-priority").spec).toEqual({
      hard: { pods: "0" },
      scopeSelector: {
        matchExpressions: [
          {
            scopeName: "PriorityClass",
            operator: "In",
            values: ["dev-spark-driver", "system-cluster-critical", "system-node-critical"],
          },
        ],
      },
    });
    expect(podOf(made)).not.toHaveProperty("priorityClassName");
  });

  it("hands its page to the ingress", async () => {
    const { web } = made.result;
    expect(await valueOf(web.service as pulumi.Output<string>)).toBe("harp");
    expect(web).toMatchObject({ name: "notebook-harp", host: "notebook-harp", port: 8888, namespace });
    expect(made.manifest("Service", "harp").spec).toMatchObject({
      ports: [{ port: 8888, targetPort: 8888 }],
      selector: web.podLabels,
    });
  });

  it("can be previewed where nothing exists yet", async () => {
    const preview = await run({}, true);
    expect(preview.resources.map(({ name }) => name).sort()).toEqual(made.resources.map(({ name }) => name).sort());
  });

  it("has a folder for databases even without any", () => {
    expect(podOf(made).volumes).toContainEqual({ name: "databases", emptyDir: {} });
  });
});

describe("a notebook's home", () => {
  it("is a claim of its own, which stays in the cluster and is protected where data is", async () => {
    const claim = (await run({ protect: true })).one("PersistentVolumeClaim", "harp-home");
    expect(claim).toMatchObject({ protect: true, retainOnDelete: true });
    expect(unwrapped(claim.inputs)).toMatchObject({
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "10Gi" } } },
    });
  });

  it("grows in place: another size changes the claim and nothing else", async () => {
    const [small, large] = [await run(), await run({ home: { size: "20Gi", className: "fast" } })];
    const rest = (recording: Recording) =>
      recording.resources
        .filter(({ name }) => name !== "notebook-harp-home")
        .map(({ name, inputs }) => [name, unwrapped(inputs)]);
    expect(rest(large)).toEqual(rest(small));
    expect(large.manifest("StatefulSet").spec).not.toHaveProperty("volumeClaimTemplates");
  });

  it("is the first claim of the pod, which reports take for what it works on", async () => {
    const [first] = podOf(await run()).volumes;
    expect(first).toEqual({ name: "home", persistentVolumeClaim: { claimName: "harp-home" } });
  });
});

describe("a login by token", () => {
  it("generates one, hands it over as a file and gives it out as a secret", async () => {
    const made = await run({ protect: true });
    const password = made.one("random:index/randomPassword:RandomPassword", "notebook-harp-token-password");
    expect(password.protect).toBe(true);
    expect(password.additionalSecretOutputs).toEqual(expect.arrayContaining(["result", "bcryptHash"]));
    const { token } = made.result;
    expect(token && (await pulumi.isSecret(token))).toBe(true);
    expect(made.manifest("Secret", "harp-token").stringData).toEqual({ token: token && (await valueOf(token)) });
    const [server] = podOf(made).containers;
    expect(server?.env).toContainEqual({ name: "JUPYTER_TOKEN_FILE", value: "/etc/hamilton/login/token" });
    expect(podOf(made).containers).toHaveLength(1);
  });

  it("starts the pod anew with another token or other keys, and not with other settings of Spark", async () => {
    const before = checksumOf(await run());
    expect(checksumOf(await run())).toBe(before);
    expect(checksumOf(await run({ login: { kind: "token", version: "2" } }))).not.toBe(before);
    expect(checksumOf(await run({ credentials: { ...credentials, secretKey: pulumi.secret("other") } }))).not.toBe(
      before,
    );
    const [one, other] = [
      await run(),
      await run({ executors: { max: 9 }, settings: { "spark.sql.shuffle.partitions": "8" } }),
    ];
    expect(templateOf(other)).toEqual(templateOf(one));
  });
});

describe("a login at the site's service", () => {
  it("puts a proxy before the server, which listens on loopback without a token", async () => {
    const made = await run({ login: oidc });
    const [server, proxy] = podOf(made).containers;
    expect(server?.env.map(({ name }) => name)).not.toContain("JUPYTER_TOKEN_FILE");
    expect(server?.env).toContainEqual({ name: "HAMILTON_LOGIN", value: "proxy" });
    expect(server?.readinessProbe).toMatchObject({
      exec: { command: ["python3", "-c", expect.any(String), "http://127.0.0.1:8888/api"] },
    });
    expect(proxy).toMatchObject({
      name: "login",
      image: "registry/hamilton/oauth2-proxy:7.15.4",
      args: ["--config=/etc/hamilton/login/oauth2-proxy.cfg"],
      readinessProbe: { httpGet: { path: "/ready", port: 4180 } },
    });
    expect(made.result.web.port).toBe(4180);
    expect(made.result.token).toBeUndefined();
    expect(made.manifest("Service", "harp").spec).toMatchObject({ ports: [{ port: 4180 }] });
  });

  it("keeps its secrets from the server and the server's token of the API from the proxy", async () => {
    const [server, proxy] = podOf(await run({ login: oidc })).containers;
    const mounted = (container = server) => container?.volumeMounts.map(({ name }) => name) ?? [];
    expect(mounted().filter((name) => name.startsWith("login"))).toEqual([]);
    expect(mounted(proxy)).toEqual(["login-configuration", "login-secrets"]);
  });

  it("writes the client's secret and a generated one for cookies into a Secret, and neither anywhere else", async () => {
    const made = await run({ login: oidc, protect: true });
    const { stringData } = made.manifest("Secret", "harp-login-secrets") as { stringData: Record<string, string> };
    expect(stringData["client-secret"]).toBe("client-hush");
    expect(stringData["cookie-secret"]).toMatch(/^password-of-notebook-harp-cookie-password/);
    expect(made.one("random:index/randomPassword:RandomPassword", "notebook-harp-cookie-password").protect).toBe(true);
    const others = made.resources.filter(({ name }) => name !== "notebook-harp-login-secrets");
    expect(JSON.stringify(others.map(({ inputs }) => inputs))).not.toContain("client-hush");
  });

  it("opens the network to the service, on the port of its address", async () => {
    const made = await run({ login: oidc });
    expect(made.manifest("NetworkPolicy", "notebook-to-login-egress").spec).toMatchObject({
      egress: [{ to: [{ ipBlock: { cidr: "10.40.0.0/28" } }], ports: [{ port: 8443, protocol: "TCP" }] }],
    });
    expect((await run()).all("NetworkPolicy").map(({ name }) => name)).not.toContain(
      "notebook-harp-notebooks-harp-notebook-to-login-egress",
    );
  });

  it("starts the pod anew with other people, and not with another secret of the client", async () => {
    const before = checksumOf(await run({ login: oidc }));
    expect(checksumOf(await run({ login: { ...oidc, allowed: { emails: ["a@example.com"] } } }))).not.toBe(before);
    expect(checksumOf(await run({ login: { ...oidc, clientSecret: pulumi.secret("other") } }))).toBe(before);
  });

  it("lets in by address those of a list, and takes a site's certificates", async () => {
    const login = { ...oidc, allowed: { emails: ["a@example.com"] }, certificates: "PEM" };
    const { data } = (await run({ login })).manifest("ConfigMap", "harp-login") as { data: Record<string, string> };
    expect(data.emails).toBe("a@example.com\n");
    expect(data["issuer.pem"]).toBe("PEM");
    expect(data["oauth2-proxy.cfg"]).toContain('provider_ca_files = ["/etc/hamilton/login/issuer.pem"]');
  });
});

describe("a faulty notebook is refused", () => {
  it.each<[string, Partial<NotebookArgs>, RegExp]>([
    ["with a name that is no label", { name: "Harp" }, /name is "Harp"; expected a DNS label/],
    ["with a name that makes others too long", { name: "a".repeat(18) }, /expected at most 17 characters/],
    [
      "without room for a session",
      { quota: { cpu: "1", memory: "16g", pods: 6 } },
      /quota\.cpu is "1"; expected enough for the notebook/,
    ],
    [
      "with a path that doesn't end",
      { basePath: "/harp" },
      /basePath is "\/harp"; expected a path with a slash at both ends/,
    ],
    ["with a home of no size", { home: { size: "0" } }, /home\.size is "0"/],
    ["with an idle time of no unit", { cullAfter: "60" }, /cullAfter is "60"/],
    ["with patience of no unit", { patience: "90" }, /patience is "90"/],
    [
      "with a setting that the platform makes",
      { settings: { "spark.driver.host": "x" } },
      /settings\["spark\.driver\.host"\] is set by the platform/,
    ],
    [
      "with keys of another namespace",
      { credentials: { ...credentials, namespace: namespaceReference("spark", "dev") } },
      /credentials\.namespace is "dev-spark"; expected the notebook's own \(dev-notebooks-harp\)/,
    ],
    [
      "with a login over plain http",
      { login: { ...oidc, issuerUrl: "http://login.example.com" } },
      /login\.issuerUrl .* expected an https URL/,
    ],
    [
      "with a login that lets nobody in",
      { login: { ...oidc, allowed: { groups: [] } } },
      /login\.allowed is \[\]; expected at least one group/,
    ],
  ])("%s", async (_, changes, message) => {
    await expect(run(changes)).rejects.toThrow(message);
  });

  it("without a word of what stands before an @ in the login's address", async () => {
    const login = { ...oidc, issuerUrl: "https://user:hush@login.example.com" };
    await expect(run({ login })).rejects.toThrow(/\/\/…@login/);
    await expect(run({ login })).rejects.not.toThrow(/hush/);
  });
});
