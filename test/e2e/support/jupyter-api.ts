import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { lookup as nameLookup } from "node:dns";
import { text } from "node:stream/consumers";
import WebSocket from "ws";
import type { CellOutcome } from "./cell-outcome";
import { JupyterKernel } from "./jupyter-kernel";

/** How a notebook's page is reached. */
export interface JupyterReach {
  /** PEM of the one authority that may vouch for the page. @default those that Node trusts */
  readonly certificateAuthority?: string;
  /** Hosts that no name server knows, `*.` patterns allowed, and the address where they are. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** A server's answer. */
export interface JupyterAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A file, notebook or folder of a notebook's home. */
export interface JupyterContents {
  readonly path: string;
  readonly type: "file" | "notebook" | "directory";
  readonly writable: boolean;
  readonly format: string | null;
  /** A file's text, a notebook's document, a folder's entries without theirs. */
  readonly content: unknown;
}

/** What a notebook gave when all its cells ran. */
export interface NotebookOutcome {
  /** Of each code cell up to the first that failed. */
  readonly cells: readonly CellOutcome[];
  /** Of the cell that failed. */
  readonly errors: CellOutcome["errors"];
  /** How many pictures its cells show. */
  readonly plots: number;
  /**
   * What the notebook's `result` holds, a pandas table of the samples: rows by index, their values as texts by column.
   * Nothing where a cell failed, and `null` where the notebook has no `result`.
   */
  readonly result?: Readonly<Record<string, Readonly<Record<string, string>>>> | null;
}

/** One cell more than the reader sees: what the table of a notebook holds, exactly. */
const resultAsJson = "print(result.astype(str).to_json(orient='index') if 'result' in globals() else 'null')";

/**
 * A notebook server over its own HTTP and WebSocket API: through the ingress by the page's address, or at a forwarded
 * port. Certificates are really checked.
 */
export class JupyterApi {
  private readonly root: string;
  private readonly agent: HttpAgent | HttpsAgent;
  private readonly kernels = new Set<JupyterKernel>();

  /**
   * @param page the page's address, with the path that the server stands below if any.
   * @param token the login's token; without one nobody is logged in.
   */
  constructor(
    page: string,
    private readonly token: string | undefined,
    { certificateAuthority, hosts = {} }: JupyterReach = {},
  ) {
    this.root = page.replace(/\/+$/, "");
    const options = { lookup: lookupIn(hosts), keepAlive: false };
    this.agent = this.root.startsWith("https:")
      ? new HttpsAgent({ ...options, ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }) })
      : new HttpAgent(options);
  }

  /** Asks the server for a path below its own, such as `/api/status`; follows no redirect. */
  request(path: string, { method = "GET", body }: { method?: string; body?: unknown } = {}): Promise<JupyterAnswer> {
    const request = this.root.startsWith("https:") ? httpsRequest : httpRequest;
    const headers = { ...this.login, ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.root}${path}`,
        { method, headers, agent: this.agent, timeout: 120_000 },
        (answer) => {
          const { statusCode = 0, headers } = answer;
          text(answer).then((body) => resolve({ status: statusCode, headers, body }), reject);
        },
      );
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${this.root}${path}: no answer within two minutes`)));
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The status of the answer to a path: 403 of `/api/status` without a token or with a wrong one. */
  async status(path = "/api/status"): Promise<number> {
    return (await this.request(path)).status;
  }

  /**
   * The status of the answer to a WebSocket that wants to talk to a kernel: 101 where it may, 302 (to the login page)
   * without a token or with a wrong one, 404 where there is no such kernel.
   */
  async socketStatus(kernel = "no-kernel"): Promise<number> {
    const opened = await this.socket(kernel);
    if (typeof opened === "number") return opened;
    opened.close();
    return 101;
  }

  /** A file, notebook or folder. */
  async get(path: string): Promise<JupyterContents> {
    return this.json<JupyterContents>(`/api/contents/${encoded(path)}`);
  }

  /** Writes a text file, or a notebook for a name that ends in `.ipynb`, whose content is its document. */
  async put(path: string, content: unknown): Promise<void> {
    const notebook = path.endsWith(".ipynb");
    const body = { type: notebook ? "notebook" : "file", format: notebook ? "json" : "text", content };
    await this.json(`/api/contents/${encoded(path)}`, { method: "PUT", body });
  }

  /** Deletes a file, a notebook or an empty folder. */
  async delete(path: string): Promise<void> {
    await this.must(`/api/contents/${encoded(path)}`, { method: "DELETE" });
  }

  /** The ids of all kernels that run on the server, others' as well. */
  async kernelIds(): Promise<readonly string[]> {
    return (await this.json<readonly { id: string }[]>("/api/kernels")).map(({ id }) => id);
  }

  /**
   * Starts a kernel.
   *
   * @param notebook the notebook that it belongs to, in whose folder it works, as when the page opens one. @default none
   */
  async startKernel(notebook?: string): Promise<JupyterKernel> {
    const kernel = { name: "python3" };
    const started =
      notebook === undefined
        ? {
            path: "/api/kernels",
            ...(await this.json<{ id: string }>("/api/kernels", { method: "POST", body: kernel })),
          }
        : await this.startSession(notebook, kernel);
    const socket = await this.socket(started.kernel?.id ?? started.id);
    const stop = () => this.must(`${started.path}/${started.id}`, { method: "DELETE" }, [404]);
    if (typeof socket === "number") {
      await stop();
      throw new Error(`${this.root}: the server answers ${socket} to a kernel's WebSocket`);
    }
    const running = new JupyterKernel(started.kernel?.id ?? started.id, socket, async () => {
      this.kernels.delete(running);
      await stop();
    });
    this.kernels.add(running);
    return running;
  }

  /** Ends every kernel that was started here. */
  async stopKernels(): Promise<void> {
    await Promise.all(Array.from(this.kernels, (kernel) => kernel.stop()));
  }

  /**
   * Runs the code cells of a notebook one after another, up to the first that fails.
   *
   * @param options.timeout how long each cell may run, in milliseconds. @default 300000
   * @param options.kernel a kernel to run them in, which goes on. @default one of the notebook's own that ends with them
   */
  async runNotebook(
    path: string,
    options: { timeout?: number; kernel?: JupyterKernel } = {},
  ): Promise<NotebookOutcome> {
    const { timeout = 300_000 } = options;
    const { cells } = (await this.get(path)).content as {
      cells: readonly { cell_type: string; source: string | string[] }[];
    };
    const codes = cells.filter(({ cell_type: type }) => type === "code").map(({ source }) => [source].flat().join(""));
    const kernel = options.kernel ?? (await this.startKernel(path));
    try {
      const outcomes: CellOutcome[] = [];
      for (const code of codes) {
        const outcome = await kernel.run(code, timeout);
        outcomes.push(outcome);
        if (outcome.errors.length > 0) break;
      }
      const errors = outcomes.flatMap(({ errors }) => errors);
      const plots = outcomes.reduce((sum, outcome) => sum + outcome.plots, 0);
      if (errors.length > 0) return { cells: outcomes, errors, plots };
      const { texts, errors: faults } = await kernel.run(resultAsJson, timeout);
      if (faults[0] !== undefined) throw new Error(`${path}: its result is no table: ${faults[0].evalue}`);
      return { cells: outcomes, errors, plots, result: JSON.parse(texts.join("")) as NotebookOutcome["result"] };
    } finally {
      if (options.kernel === undefined) await kernel.stop();
    }
  }

  private get login(): Record<string, string> {
    return this.token === undefined ? {} : { Authorization: `token ${this.token}` };
  }

  private async startSession(path: string, kernel: object): Promise<Started> {
    const body = { path, name: path.split("/").pop(), type: "notebook", kernel };
    const session = await this.json<Started>("/api/sessions", { method: "POST", body });
    return { ...session, path: "/api/sessions" };
  }

  private async must(
    path: string,
    options: { method?: string; body?: unknown } = {},
    fine: number[] = [],
  ): Promise<void> {
    await this.json(path, options, fine);
  }

  private async json<T>(
    path: string,
    options: { method?: string; body?: unknown } = {},
    fine: readonly number[] = [],
  ): Promise<T> {
    const { status, body } = await this.request(path, options);
    if ((status < 200 || status > 299) && !fine.includes(status))
      throw new Error(`${options.method ?? "GET"} ${this.root}${path} answers ${status}:\n${body.slice(0, 2000)}`);
    return (body === "" ? undefined : JSON.parse(body)) as T;
  }

  /** An open socket to a kernel's channels, or the status of the answer that refuses one. */
  private socket(kernel: string): Promise<WebSocket | number> {
    const address = `${this.root.replace(/^http/, "ws")}/api/kernels/${kernel}/channels`;
    const socket = new WebSocket(address, { headers: this.login, agent: this.agent, handshakeTimeout: 60_000 });
    return new Promise((resolve, reject) => {
      socket.on("open", () => resolve(socket));
      socket.on("unexpected-response", (request, answer) => {
        request.destroy();
        resolve(answer.statusCode ?? 0);
      });
      socket.on("error", reject);
    });
  }
}

/** A kernel, or a session with one, as the server tells it. */
interface Started {
  readonly id: string;
  /** The list that it stands in. */
  readonly path: string;
  /** A session's own. */
  readonly kernel?: { readonly id: string };
}

const encoded = (path: string) => path.split("/").map(encodeURIComponent).join("/");

/** Finds hosts as a test says, and all others as the host does. */
function lookupIn(hosts: Readonly<Record<string, string>>): LookupFunction {
  return (host, options, found) => {
    const address = hosts[host] ?? hosts[host.replace(/^[^.]+/, "*")];
    if (address === undefined) nameLookup(host, options, found);
    else if (options.all) found(null, [{ address, family: 4 }]);
    else found(null, address, 4);
  };
}
