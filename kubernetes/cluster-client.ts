import { existsSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { request, type RequestOptions } from "node:https";
import { homedir } from "node:os";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { list, text, type Values } from "./json";

/** A refusal by the API server: its HTTP status code and its `Status` object. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly status: Values,
  ) {
    super(text(status, "message") || `the API server answered ${code}`);
  }
}

const groupPath = (apiVersion: string) => (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/** How long requests may take, and who may break them off. */
export interface RequestLimits {
  /** How long the server may be silent, in milliseconds. @default 60000 */
  readonly timeout?: number;
  /** Breaks off every request under way. @default none */
  readonly signal?: AbortSignal;
}

/** Plain requests to one API server with the credentials of a kubeconfig. */
export class ClusterClient {
  /** The namespace of objects that name none. */
  readonly namespace: string;
  private readonly kubeConfig = new KubeConfig();
  private options?: Promise<RequestOptions>;
  private readonly kinds = new Map<string, Promise<Values[]>>();

  /** @param settings `kubeconfig` (path or content), `context` and `namespace`; each has kubectl's default. */
  constructor(
    settings: Values,
    private readonly limits: RequestLimits = {},
  ) {
    const path = text(settings, "kubeconfig")
      .trim()
      .replace(/^~(?=\/)/, homedir());
    if (!path) this.kubeConfig.loadFromDefault();
    else if (/[\n{]/.test(path)) this.kubeConfig.loadFromString(path);
    else if (existsSync(path)) this.kubeConfig.loadFromFile(path);
    else throw new Error(`kubeconfig ${path} does not exist; give the path or the content of a kubeconfig`);
    const wanted = text(settings, "context") || this.kubeConfig.getCurrentContext();
    const known = this.kubeConfig.getContexts().map(({ name }) => name);
    if (!known.includes(wanted))
      throw new Error(`the kubeconfig has no context "${wanted}"; it has: ${known.join(", ")}`);
    this.kubeConfig.setCurrentContext(wanted);
    this.namespace = text(settings, "namespace") || this.kubeConfig.getContextObject(wanted)?.namespace || "default";
  }

  /**
   * Sends one request.
   *
   * @throws ApiError for any status of 400 and above; an error naming the server where none answers.
   */
  async send(method: string, path: string, body?: unknown, type = "application/json"): Promise<Values> {
    const server = this.kubeConfig.getCurrentCluster()?.server.replace(/\/$/, "") ?? "";
    const options = await (this.options ??= this.connection());
    const headers: OutgoingHttpHeaders = { ...(options.headers as OutgoingHttpHeaders), accept: "application/json" };
    const { timeout = 60_000, signal } = this.limits;
    const payload = body === undefined ? "" : JSON.stringify(body);
    if (payload) Object.assign(headers, { "content-type": type, "content-length": Buffer.byteLength(payload) });
    return new Promise((resolve, reject) => {
      const outgoing = request(server + path, { ...options, method, headers, timeout, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
        response.on("end", () => {
          const [code, answer] = [response.statusCode ?? 0, Buffer.concat(chunks).toString()];
          if (code === 401) this.options = undefined; // the next request reads a renewed token
          const json = response.headers["content-type"]?.includes("json");
          const values = json ? (JSON.parse(answer) as Values) : { message: answer.trim() };
          if (code < 400) resolve(values);
          else reject(new ApiError(code, values));
        });
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer within ${timeout / 1000} s`)));
      outgoing.on("error", (error) => reject(new Error(`API server ${server}: ${error.message}`)));
      outgoing.end(payload);
    });
  }

  /** The path of an object, or of its collection where no name is given; ApiError 404 where the kind isn't served. */
  async path(apiVersion: string, kind: string, namespace: string, name?: string): Promise<string> {
    const served = await this.served(apiVersion, kind);
    const message = `the cluster has no kind ${kind} in ${apiVersion}; is its CustomResourceDefinition installed?`;
    if (!served) throw new ApiError(404, { message });
    const scope = served.namespaced ? `/namespaces/${namespace || this.namespace}` : "";
    return [groupPath(apiVersion) + scope, text(served, "name"), ...(name ? [name] : [])].join("/");
  }

  /** How the server serves a kind: `name` in paths and whether `namespaced`; undefined when it doesn't (yet). */
  async served(apiVersion: string, kind: string): Promise<Values | undefined> {
    const find = async () => (await this.kinds.get(apiVersion))?.find((each) => each.kind === kind);
    const known = await find();
    if (known) return known;
    // New to us, or new on the server since we asked: ask (again).
    const asked = this.send("GET", groupPath(apiVersion)).then(
      (answer) => list(answer, "resources"),
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 404) return [];
        throw error;
      },
    );
    this.kinds.set(apiVersion, asked);
    asked.catch(() => this.kinds.delete(apiVersion));
    return find();
  }

  private async connection(): Promise<RequestOptions> {
    const options: RequestOptions = {};
    await this.kubeConfig.applyToHTTPSOptions(options);
    Object.assign(options.agent as object, { keepAlive: true, maxSockets: 16 });
    return options;
  }
}
