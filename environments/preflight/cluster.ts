import { setMaxListeners } from "node:events";
import pRetry, { AbortError } from "p-retry";
import { ApiError, ClusterClient } from "../../kubernetes/cluster-client";
import { list, type Values } from "../../kubernetes/json";

/** The API server, which answered before, doesn't any more. */
export class ServerGone extends Error {
  constructor() {
    super("the API server stopped answering");
    this.name = "ServerGone";
  }
}

/** Where the cluster is. */
export interface ClusterPlace {
  readonly kubeconfig: string;
  readonly context: string;
}

/** How long one request may stay without an answer. A healthy API server takes milliseconds. */
const requestTimeout = 4_000;

/**
 * The API server as the checks ask it. Once it fails to answer, after another try, every request that is under way or
 * comes later ends with {@link ServerGone}: each check would otherwise wait for its own time-out.
 */
export class PreflightCluster {
  private readonly gone = new AbortController();
  private readonly client: ClusterClient;

  /**
   * @param interrupted Breaks off all requests, with its reason. @default never
   * @throws Error where the kubeconfig has no such context.
   */
  constructor(
    place: ClusterPlace,
    private readonly interrupted: AbortSignal = new AbortController().signal,
  ) {
    const signal = AbortSignal.any([this.gone.signal, interrupted]);
    // Every request listens to it, and there are many at a time.
    setMaxListeners(0, signal);
    this.client = new ClusterClient({ ...place }, { timeout: requestTimeout, signal });
  }

  /** Whether the server stopped answering. */
  get isGone(): boolean {
    return this.gone.signal.aborted;
  }

  /**
   * Sends one request.
   *
   * @throws ApiError for a refusal; ServerGone once the server doesn't answer; the reason of an interruption.
   */
  async send(method: string, path: string, body?: unknown): Promise<Values> {
    try {
      return await pRetry(() => this.once(method, path, body), { retries: 1, minTimeout: 500, randomize: false });
    } catch (error) {
      if (error instanceof ApiError || error instanceof ServerGone) throw error;
      this.interrupted.throwIfAborted();
      this.gone.abort();
      throw new ServerGone();
    }
  }

  /** An object, or nothing where there is none. */
  async find(path: string): Promise<Values | undefined> {
    try {
      return await this.send("GET", path);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** The items of a list. */
  async list(path: string): Promise<readonly Values[]> {
    return list(await this.send("GET", path), "items");
  }

  /** The path of an object, or of its collection without a name. @throws ApiError 404 where the kind isn't served */
  path(apiVersion: string, kind: string, namespace = "", name?: string): Promise<string> {
    return this.guarded(() => this.client.path(apiVersion, kind, namespace, name));
  }

  private guarded<T>(ask: () => Promise<T>): Promise<T> {
    return ask().catch((error: unknown) => {
      if (error instanceof ApiError) throw error;
      this.interrupted.throwIfAborted();
      this.gone.abort();
      throw new ServerGone();
    });
  }

  private async once(method: string, path: string, body?: unknown): Promise<Values> {
    try {
      return await this.client.send(method, path, body);
    } catch (error) {
      // What the server itself says is an answer, and a request that was broken off isn't sent again.
      if (error instanceof ApiError || this.isGone || this.interrupted.aborted)
        throw new AbortError(this.isGone ? new ServerGone() : (error as Error));
      throw error;
    }
  }
}
