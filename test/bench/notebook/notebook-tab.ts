import type { BrowserContext } from "playwright-core";
import { JupyterLab } from "../../e2e/support/jupyter-lab";
import type { GetJson } from "./spark-pages";
import type { Moments } from "./phases";

/** The line whose answer is waited for, and the answer. */
const line = "spark.range(10).count()";
const answer = "10";

interface Session {
  readonly id: string;
  readonly path: string;
}

/** A tab with a new notebook in it, used as a person would. */
export class NotebookTab {
  private constructor(
    private readonly lab: JupyterLab,
    private readonly token: string,
    private readonly workspace: string,
    private readonly sessionsBefore: readonly string[],
  ) {}

  /** Opens the launcher in a new tab, logging in where the page asks for it. */
  static async open(context: BrowserContext, page: string, token: string): Promise<NotebookTab> {
    // A workspace of its own, so that nobody's open tabs are closed.
    const workspace = `bench-${Date.now()}`;
    const lab = await JupyterLab.open(context, `${page}/lab/workspaces/${workspace}?reset`);
    if (await lab.asksForLogin()) await lab.logIn(token);
    await lab.waitForLauncher();
    const before = (await getJson(lab)("/api/sessions")) as readonly Session[];
    return new NotebookTab(
      lab,
      token,
      workspace,
      before.map(({ id }) => id),
    );
  }

  /** The JSON at a path of the notebook server, asked for by the page. */
  get get(): GetJson {
    return getJson(this.lab);
  }

  /** From the click on the launcher's tile to the answer. */
  async firstCount(): Promise<Moments> {
    const clicked = Date.now();
    await this.lab.openNewNotebook();
    return { clicked, ...(await this.count()) };
  }

  /** From the first key of the line to its answer. */
  async count(): Promise<Required<Pick<Moments, "run" | "answered">>> {
    await this.lab.tab.bringToFront();
    const run = Date.now();
    const shown = await this.lab.runCell(line, 180_000);
    const answered = Date.now();
    // Above it there may be a line on what the cell waited for.
    if (shown.trim().split("\n").at(-1) !== answer) throw new Error(`${line} gave ${shown}, not ${answer}`);
    return { run, answered };
  }

  /** Ends the kernel, and removes the notebook and the workspace. */
  async close(): Promise<void> {
    const sessions = (await this.get("/api/sessions")) as readonly Session[];
    for (const { id, path } of sessions.filter((session) => !this.sessionsBefore.includes(session.id))) {
      await this.remove(`/api/sessions/${id}`);
      await this.remove(`/api/contents/${path}`);
    }
    await this.remove(`/lab/api/workspaces/${this.workspace}`);
    await this.lab.tab.close();
  }

  private async remove(path: string): Promise<void> {
    await this.lab.tab.evaluate(
      async ([address, token]) => {
        await fetch(address, { method: "DELETE", headers: { Authorization: `token ${token}` } });
      },
      [path, this.token] as const,
    );
  }
}

/** Asks from inside the page, which knows the host, trusts its certificate and is logged in. */
function getJson(lab: JupyterLab): GetJson {
  return (path) =>
    lab.tab.evaluate(async (address) => {
      const response = await fetch(address);
      return response.ok ? await response.json() : undefined;
    }, path);
}
