import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checksum, checksumAnnotation } from "../core/checksum";
import type { WebRoute } from "../core/contracts";
import { checked, fieldError } from "../core/errors";
import { imageVersion } from "../core/images";
import { labelsOf } from "../core/labels";
import { seconds } from "../core/quantities";
import { createDatabaseFiles, type DatabaseFiles } from "../databases/database-files";
import { certificatesFolder } from "../databases/settings";
import { clientSettings, type ClientDefaultsSource } from "../spark/client-defaults";
import { podTemplateText } from "../spark/pod-templates";
import { uploadsRole } from "../spark/s3a";
import { settingFault } from "../spark/settings";
import { mountedVolumes, placeVariables } from "../spark/shared-settings";
import { propertiesText } from "../spark/spark-defaults";
import { submitFiles } from "../spark/submitter";
import { createAccess, type NotebookAccounts } from "./access";
import { createHome, homeComponent } from "./home";
import type { LoginArgs, LoginParts } from "./login";
import { notebookFlows, notebookLabels, openNotebookNetwork } from "./network";
import { checkArgs, type NotebookArgs } from "./notebook-args";
import { notebookPod } from "./notebook-pod";
import { createOidcLogin } from "./oidc-login";
import { refusePriorities } from "./scheduling";
import { folders, notebookApplication, pageName } from "./settings";
import { createTokenLogin } from "./token-login";

const componentName = "Notebook";

/**
 * A notebook server with a home of its own, in which every Python process has Spark on this cluster: executors come with
 * the first work, in the notebook's namespace, and go when they are idle or when the notebook's pod goes.
 *
 * @example
 * const notebook = new Notebook("notebook-harp", {
 *   name: "harp", namespace, image: jupyter, executorImage: spark, releases: { spark: "4.1.2", hadoop: "3.4.2" },
 *   resources: { cpu: "250m", memory: "4g" }, driverMemory: "1g",
 *   executor: { cores: 2, memory: "4g" }, executors: { max: 4 }, quota: { cpu: "10", memory: "40g", pods: 10 },
 *   home: { size: "10Gi" }, login: { kind: "token" }, volumes: [share], store, credentials: store.credentials("nb-harp"),
 * }, { provider });
 * // ingress routes: [notebook.web]
 */
export class Notebook extends pulumi.ComponentResource {
  /** The notebook's name: `harp`. */
  readonly name: string;
  /** The page, for the ingress. */
  readonly web: WebRoute;
  /** The token of the login, a secret; nothing where people log in elsewhere. */
  readonly token?: pulumi.Output<string>;

  private readonly labels: Record<string, string>;

  /** @throws ResourceError for a faulty name, size, quota, duration, login or setting. */
  constructor(
    private readonly label: string,
    private readonly args: NotebookArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("hamilton:jupyter:Notebook", label, {}, opts);
    const { name, namespace, image, apiServerCidrs, releases, databases = [] } = args;
    this.name = name;
    checked(this, componentName, label, () => checkArgs(args));
    this.checkSettings();
    this.labels = labelsOf({
      ...{ name: notebookApplication, instance: name, component: "notebook" },
      version: imageVersion(image),
    });

    const login = checked(this, componentName, label, () => this.createLogin());
    const accounts = createAccess(label, { namespace, labels: this.labels, sparkVersion: releases.spark }, this);
    refusePriorities(label, { namespace, labels: this.labels, priorities: args.refusedPriorities ?? [] }, this);
    const { service } = login;
    const flows = notebookFlows(name, namespace, { apiServerCidrs, login: service, databases });
    openNotebookNetwork(label, flows, { parent: this });
    const files = createDatabaseFiles(label, { namespace, labels: this.labels, databases }, this);
    const pods = this.createService("pods", `${name}-pods`, {
      // Executors dial the driver by this name, whether the page answers at the moment or not.
      ...{ clusterIP: "None", publishNotReadyAddresses: true },
      ports: [{ name: "web", port: login.port, targetPort: login.port }],
    });
    const page = this.createService("web", name, {
      ports: [{ name: "web", port: login.port, targetPort: login.port }],
    });
    const settings = this.createSettings(accounts, files);
    this.createServer({ login, accounts, settings, pods, files });
    this.token = login.token;
    this.web = {
      name: pageName(name),
      namespace,
      service: page.metadata.name,
      port: login.port,
      host: pageName(name),
      podLabels: notebookLabels(name),
    };
    this.registerOutputs({ service: this.web.service });
  }

  private checkSettings(): void {
    for (const [setting, value] of Object.entries(this.args.settings ?? {})) {
      const fault = settingFault(setting, value);
      if (fault !== undefined)
        throw new pulumi.ResourceError(`${componentName} "${this.label}": settings["${setting}"] ${fault}.`, this);
    }
    const { credentials, namespace } = this.args;
    if (credentials.namespace.physicalName !== namespace.physicalName)
      throw fieldError(this, componentName, this.label, {
        field: "credentials.namespace",
        got: credentials.namespace.physicalName,
        expected: `the notebook's own (${namespace.physicalName}), where its pods read them`,
      });
  }

  private createLogin(): LoginParts {
    const { login, name, namespace, basePath = "/", protect = false } = this.args;
    const common: LoginArgs = { label: this.label, notebook: name, namespace, labels: this.labels, basePath, protect };
    return login.kind === "token" ? createTokenLogin(login, common, this) : createOidcLogin(login, common, this);
  }

  private createService(
    suffix: string,
    name: string,
    spec: kubernetes.types.input.core.v1.ServiceSpec,
  ): kubernetes.core.v1.Service {
    const metadata = { name, namespace: this.args.namespace.name, labels: this.labels };
    const selector = { ...notebookLabels(this.args.name) };
    return new kubernetes.core.v1.Service(
      `${this.label}-${suffix}`,
      { metadata, spec: { selector, ...spec } },
      { parent: this },
    );
  }

  /** Spark's settings and the executors' template. Kernels read them when they start; a change restarts nothing. */
  private createSettings({ executor }: NotebookAccounts, files: DatabaseFiles): kubernetes.core.v1.ConfigMap {
    const { args, labels } = this;
    const { placement, ...size } = args.executor;
    const pullSecrets = pulumi.all([...(args.imagePullSecrets ?? [])]);
    const template = pulumi.all([pullSecrets, files.certificates]).apply(([imagePullSecrets, certificates]) =>
      podTemplateText({
        ...{ role: "executor", image: args.executorImage, version: args.releases.spark, instance: args.name, size },
        placement: { ...placement, imagePullSecrets },
        configMaps: certificates === undefined ? [] : [{ name: certificates, mountPath: certificatesFolder }],
      }),
    );
    return new kubernetes.core.v1.ConfigMap(
      `${this.label}-settings`,
      {
        metadata: { name: "spark-settings", namespace: args.namespace.name, labels },
        data: {
          [submitFiles.sparkDefaults]: this.defaultsSource(executor).apply((it) => propertiesText(clientSettings(it))),
          [submitFiles.executorPodTemplate]: template,
        },
      },
      { parent: this },
    );
  }

  private defaultsSource(executorAccount: pulumi.Output<string>): pulumi.Output<ClientDefaultsSource> {
    const { args } = this;
    const { name, namespace, store, credentials, volumes = [], clusterDomain = "cluster.local" } = args;
    const known = pulumi.all([
      ...[namespace.name, executorAccount, store.endpoint, store.externalEndpoint, credentials.secretName],
    ]);
    const pullSecrets = pulumi.all([...(args.imagePullSecrets ?? [])]);
    const claims = pulumi.all(volumes.map((volume) => volume.claimIn(namespace)));
    return pulumi.all([known, pullSecrets, claims]).apply(([values, imagePullSecrets, claimNames]) => {
      const [space, account, endpoint, externalEndpoint, secretName] = values as [
        string,
        string,
        string,
        string,
        string,
      ];
      const { region, pathStyle } = store;
      return {
        ...{ releases: args.releases, namespace: space, image: args.executorImage, imagePullSecrets },
        ...{ executorAccount: account, application: pageName(name), driverMemory: args.driverMemory },
        driverPod: { name: `${name}-0`, host: `${name}-0.${name}-pods.${space}.svc.${clusterDomain}` },
        ...{ executor: args.executor, executors: args.executors, settings: args.settings },
        executorPodTemplate: `${folders.spark}/${submitFiles.executorPodTemplate}`,
        volumes: mountedVolumes(volumes, claimNames),
        store: { endpoint, externalEndpoint, region, pathStyle, buckets: this.buckets() },
        credentials: { secretName, entries: credentials.entries },
      };
    });
  }

  /** What spark-submit puts into its own bucket is no notebook's business. */
  private buckets() {
    return this.args.store.buckets.filter(({ role }) => role !== uploadsRole);
  }

  private createServer(parts: {
    readonly login: LoginParts;
    readonly accounts: NotebookAccounts;
    readonly settings: kubernetes.core.v1.ConfigMap;
    readonly pods: kubernetes.core.v1.Service;
    readonly files: DatabaseFiles;
  }): void {
    const { args, label, labels } = this;
    const { name, namespace, home, credentials, volumes = [], placement = {}, protect = false } = args;
    const { login, accounts, settings, pods, files } = parts;
    const homeLabels = { ...labels, "app.kubernetes.io/component": homeComponent };
    const claim = createHome(label, { notebook: name, namespace, labels: homeLabels, home, protect }, this);
    // Long and random, all of them, so their checksum gives nothing away and may stand in the open.
    const inputs = pulumi.all([...login.startsWith, credentials.accessKey, credentials.secretKey]);
    const startsWith = pulumi.unsecret(inputs.apply((values) => checksum(values)));
    const metadata = { name, namespace: namespace.name, labels };
    new kubernetes.apps.v1.StatefulSet(
      `${label}-server`,
      {
        metadata,
        spec: {
          replicas: 1,
          serviceName: pods.metadata.name,
          selector: { matchLabels: { ...notebookLabels(name) } },
          template: {
            metadata: {
              labels: { ...placement.labels, ...labels },
              annotations: { ...placement.annotations, [checksumAnnotation]: startsWith },
            },
            spec: notebookPod({
              ...{ image: args.image, resources: args.resources, databases: files, credentials, login },
              serviceAccount: accounts.notebook,
              homeClaim: claim.metadata.name,
              sparkSettings: settings.metadata.name,
              volumes: volumes.map((volume) => ({
                ...{ name: volume.name, mountPath: volume.mountPath, readOnly: volume.readOnly },
                claim: volume.claimIn(namespace),
              })),
              variables: this.variables(),
              placement: { ...placement, imagePullSecrets: args.imagePullSecrets },
            }),
          },
        },
      },
      { parent: this },
    );
  }

  private variables(): Readonly<Record<string, string>> {
    const { name, volumes = [], basePath = "/" } = this.args;
    const { cullAfter = "1h", patience = "90s", terminals = true } = this.args;
    return {
      ...placeVariables(volumes, this.buckets()),
      HAMILTON_NOTEBOOK: name,
      HAMILTON_BASE_URL: basePath,
      HAMILTON_CULL_IDLE_SECONDS: String(seconds("cullAfter", cullAfter)),
      HAMILTON_EXECUTOR_PATIENCE_SECONDS: String(seconds("patience", patience)),
      HAMILTON_TERMINALS: String(terminals),
    };
  }
}
