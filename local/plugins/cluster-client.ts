import { existsSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import { homedir } from "node:os";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { list, text, type Values } from "./values";

/** Which cluster to talk to. */
export interface ClusterSettings {
  /** A path or the content of a kubeconfig. @default `$KUBECONFIG`, `~/.kube/config`, or the pod's service account */
  readonly kubeconfig?: string;
  /** @default the kubeconfig's current context */
  readonly context?: string;
  /** The namespace of objects that name none. @default the context's, or `default` */
  readonly namespace?: string;
}

/** A refusal by the API server: its HTTP status code and its `Status` object. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly status: Values,
  ) {
    super(text(status, "message") || `the API server answered ${code}`);
  }
}

/** Objects of one kind: how their path is built. */
interface Mapping {
  readonly name: string;
  readonly namespaced: boolean;
}

/** Plain requests to one API server with the credentials of a kubeconfig. */
export class ClusterClient {
  /** The namespace of objects that name none. */
  readonly namespace: string;
  private readonly kubeConfig = new KubeConfig();
  private options?: Promise<RequestOptions>;
  private readonly mappings = new Map<string, Promise<Map<string, Mapping>>>();

  constructor(settings: ClusterSettings) {
    const { kubeconfig, context } = settings;
    const path = kubeconfig?.trim().replace(/^~(?=\/)/, homedir());
    if (!path) this.kubeConfig.loadFromDefault();
    else if (/[\n{]/.test(path)) this.kubeConfig.loadFromString(path);
    else if (existsSync(path)) this.kubeConfig.loadFromFile(path);
    else throw new Error(`kubeconfig ${path} does not exist; give the path or the content of a kubeconfig`);
    if (context && !this.kubeConfig.getContextObject(context)) {
      const known = this.kubeConfig.getContexts().map(({ name }) => name);
      throw new Error(`the kubeconfig has no context "${context}"; it has: ${known.join(", ") || "none"}`);
    }
    if (context) this.kubeConfig.setCurrentContext(context);
    const current = this.kubeConfig.getContextObject(this.kubeConfig.getCurrentContext());
    this.namespace = settings.namespace || current?.namespace || "default";
  }

  /**
   * Sends one request.
   *
   * @param type the content type of the body. @default `application/json`
   * @throws ApiError for any status of 400 and above; an error naming the server where none answers.
   */
  async send(method: string, path: string, body?: unknown, type = "application/json"): Promise<Values> {
    const cluster = this.kubeConfig.getCurrentCluster();
    if (!cluster) throw new Error("the kubeconfig names no cluster: set its current-context or the provider's context");
    const url = new URL(cluster.server.replace(/\/$/, "") + path);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const options = await (this.options ??= this.connection(Boolean(cluster.proxyUrl)));
    const headers: OutgoingHttpHeaders = { ...(options.headers as OutgoingHttpHeaders), accept: "application/json" };
    if (payload) Object.assign(headers, { "content-type": type, "content-length": Buffer.byteLength(payload) });
    return new Promise((resolve, reject) => {
      const outgoing = request(url, { ...options, method, headers, timeout: 60_000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
        response.on("end", () => {
          const answer = parsed(Buffer.concat(chunks).toString());
          const code = response.statusCode ?? 0;
          if (code === 401) this.options = undefined; // the next request reads a renewed token
          if (code >= 400) reject(new ApiError(code, answer));
          else resolve(answer);
        });
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 60 s")));
      outgoing.on("error", (error) => reject(new Error(`API server ${cluster.server}: ${error.message}`)));
      outgoing.end(payload);
    });
  }

  /**
   * The path of an object, or of its collection where no name is given.
   *
   * @throws ApiError 404 when the server knows no such kind.
   */
  async path(apiVersion: string, kind: string, namespace: string, name?: string): Promise<string> {
    const mapping = await this.mapping(apiVersion, kind);
    if (!mapping) {
      const message = `the cluster has no kind ${kind} in ${apiVersion}; is its CustomResourceDefinition installed?`;
      throw new ApiError(404, { message, reason: "NoKind" });
    }
    const scope = mapping.namespaced ? `/namespaces/${namespace || this.namespace}` : "";
    return `${groupPath(apiVersion)}${scope}/${mapping.name}${name ? `/${name}` : ""}`;
  }

  /** How the server serves a kind; undefined when it doesn't (yet). */
  async mapping(apiVersion: string, kind: string): Promise<Mapping | undefined> {
    const known = await this.mappings.get(apiVersion);
    if (known?.has(kind)) return known.get(kind);
    // Unknown so far, or new since: ask (again), and share the answer among all who wait for it.
    const asked = this.send("GET", groupPath(apiVersion)).then(
      (found) =>
        new Map(
          (list(found, "resources") as Values[])
            .filter((resource) => !text(resource, "name").includes("/"))
            .map((resource) => [text(resource, "kind"), resource as unknown as Mapping]),
        ),
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 404) return new Map<string, Mapping>();
        this.mappings.delete(apiVersion);
        throw error;
      },
    );
    this.mappings.set(apiVersion, asked);
    return (await asked).get(kind);
  }

  private async connection(proxied: boolean): Promise<RequestOptions> {
    const options: RequestOptions = {};
    await this.kubeConfig.applyToHTTPSOptions(options);
    if (proxied) return options;
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
    const agent = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername, keepAlive: true, maxSockets: 16 };
    return { auth: options.auth, headers: options.headers, agent: new Agent(agent) };
  }
}

const groupPath = (apiVersion: string) => (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

function parsed(answer: string): Values {
  try {
    return JSON.parse(answer) as Values;
  } catch {
    return { message: answer.trim() };
  }
}
