import { PassThrough } from "node:stream";
import { createInterface } from "node:readline";
import { CoreV1Api, KubeConfig, Log, type V1Pod } from "@kubernetes/client-node";
import { parse, stringify } from "yaml";
import { sparkContainer } from "../../components/spark/settings";
import { StepError } from "../../console/errors";
import { isLater, splitStamp } from "./driver-state";
import { explainApiFailure } from "./refusals";

/** What a submitter may see and do of its drivers, with its own short-lived token. */
export class DriverApi {
  private readonly core: CoreV1Api;
  private readonly log: Log;
  /** The API server's URL. */
  readonly server: string;

  constructor(
    kubeconfig: string,
    token: string,
    private readonly namespace: string,
  ) {
    const config = new KubeConfig();
    config.loadFromString(withToken(kubeconfig, token));
    this.server = config.getCurrentCluster()?.server ?? "";
    this.core = config.makeApiClient(CoreV1Api);
    this.log = new Log(config);
  }

  /**
   * Makes sure that the API server answers and takes the token.
   *
   * @throws StepError in one line where it doesn't
   */
  async check(tokenPlace: string): Promise<void> {
    await withDeadline(this.core.listNamespacedPod({ namespace: this.namespace, limit: 1 }), 15).catch(
      (error: unknown) => {
        const { code } = error as { code?: unknown };
        if (code === 401) {
          throw new StepError(
            `The API server at ${this.server} refuses the token${tokenPlace}: it has expired or was revoked; have a new one made`,
          );
        }
        throw this.failure(error);
      },
    );
  }

  /** The driver's pod; nothing where there is none. */
  async pod(name: string): Promise<V1Pod | undefined> {
    try {
      return await withDeadline(this.core.readNamespacedPod({ name, namespace: this.namespace }), 30);
    } catch (error) {
      if ((error as { code?: unknown }).code === 404) return undefined;
      throw this.failure(error);
    }
  }

  /** Deletes the driver's pod, and with it, since they are owned by it, its executors. Fine where there is none. */
  async remove(name: string): Promise<void> {
    await withDeadline(this.core.deleteNamespacedPod({ name, namespace: this.namespace }), 15).catch(
      (error: unknown) => {
        if ((error as { code?: unknown }).code !== 404) throw this.failure(error);
      },
    );
  }

  /**
   * Follows the driver's log until the connection ends, which may be before the driver does.
   *
   * @param after the stamp of the last line seen already
   * @returns the stamp of the last line
   */
  async follow(name: string, after: string, onLine: (line: string) => void): Promise<string> {
    const stream = new PassThrough();
    let last = after;
    const ended = new Promise<void>((resolve) => {
      createInterface({ input: stream, crlfDelay: Infinity })
        .on("line", (line) => {
          const { stamp, text } = splitStamp(line);
          if (!isLater(stamp, after)) return;
          if (stamp !== "") last = stamp;
          onLine(text);
        })
        .on("close", () => resolve());
      // A connection that breaks off is taken up again by the caller.
      stream.on("error", () => resolve());
    });
    await this.log.log(this.namespace, name, sparkContainer, stream, {
      follow: true,
      timestamps: true,
      ...(after === "" ? {} : { sinceTime: after }),
    });
    await ended;
    return last;
  }

  private failure(error: unknown): unknown {
    const known = explainApiFailure(error, this.server);
    return known === undefined ? error : new StepError(known.message, { fix: known.fix, cause: error });
  }
}

/** A kubeconfig whose user carries the token itself instead of naming a file beside it. */
export function withToken(kubeconfig: string, token: string): string {
  const document = parse(kubeconfig) as { users: { name: string; user: Record<string, unknown> }[] };
  return stringify({ ...document, users: document.users.map(({ name }) => ({ name, user: { token } })) });
}

async function withDeadline<T>(call: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out after ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}
