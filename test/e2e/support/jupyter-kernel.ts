import { randomUUID } from "node:crypto";
import type WebSocket from "ws";
import { CellOutput, type CellOutcome, type KernelMessage } from "./cell-outcome";

/** A message with its place in the conversation. */
interface Message extends KernelMessage {
  readonly channel: string;
  readonly parent_header: { readonly msg_id?: string };
}

/** A cell that runs. */
interface Running {
  readonly output: CellOutput;
  /** Both have to come: the channels of outputs and of replies are independent of each other. */
  idle: boolean;
  replied: boolean;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * A running kernel of a notebook server, over one WebSocket as the page has it: Jupyter's messaging protocol 5 in the
 * server's default form, a JSON text for each message.
 */
export class JupyterKernel {
  private readonly session = randomUUID();
  private readonly running = new Map<string, Running>();
  private ended?: string;

  /**
   * @param id the kernel's id on its server.
   * @param socket open, to the kernel's `channels`.
   * @param stopOnServer ends the kernel.
   */
  constructor(
    readonly id: string,
    private readonly socket: WebSocket,
    private readonly stopOnServer: () => Promise<void>,
  ) {
    socket.on("message", (data, isBinary) => {
      // Binary messages carry the buffers of widgets, which show nothing by themselves.
      if (!isBinary) this.take(JSON.parse((data as Buffer).toString()) as Message);
    });
    socket.on("error", (error) => this.fail(`the connection to the kernel broke: ${error.message}`));
    socket.on("close", (code, reason) =>
      this.fail(`the server closed the kernel's connection: ${code} ${String(reason)}`),
    );
  }

  /**
   * Runs code as one cell and waits for its end. An exception in it is part of the outcome.
   *
   * @param timeout how long the cell may run, in milliseconds.
   * @throws Error if the kernel ends under the cell, or the time is over: the cell then goes on running
   */
  async run(code: string, timeout = 120_000): Promise<CellOutcome> {
    if (this.ended !== undefined) throw new Error(`no cell can run: ${this.ended}`);
    const id = randomUUID();
    const output = new CellOutput();
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((end, fail) => {
        this.running.set(id, { output, idle: false, replied: false, end, fail });
        timer = setTimeout(
          () => fail(new Error(`the cell still runs after ${timeout} ms:\n${code}${shown(output)}`)),
          timeout,
        );
        this.send(id, "execute_request", {
          ...{
            code,
            silent: false,
            store_history: true,
            user_expressions: {},
            allow_stdin: false,
            stop_on_error: true,
          },
        });
      });
    } finally {
      clearTimeout(timer);
      this.running.delete(id);
    }
    return output.outcome();
  }

  /** Ends the kernel. */
  async stop(): Promise<void> {
    this.fail("the kernel was stopped");
    this.socket.close();
    await this.stopOnServer();
  }

  private send(id: string, type: string, content: object): void {
    const header = {
      ...{ msg_id: id, msg_type: type, username: "tests", session: this.session },
      ...{ date: new Date().toISOString(), version: "5.3" },
    };
    const message = { channel: "shell", header, parent_header: {}, metadata: {}, content, buffers: [] };
    this.socket.send(JSON.stringify(message));
  }

  private take(message: Message): void {
    const { channel, header, content, parent_header: parent } = message;
    const state = header.msg_type === "status" ? content.execution_state : undefined;
    if (state === "restarting" || state === "dead") {
      // The server starts a kernel anew by itself; nobody answers the cells of the one before.
      for (const { output, fail } of this.running.values())
        fail(new Error(`the kernel died under the cell${shown(output)}`));
      return;
    }
    const cell = this.running.get(parent.msg_id ?? "");
    if (cell === undefined) return;
    if (channel === "iopub") cell.output.take(message);
    if (state === "idle") cell.idle = true;
    if (header.msg_type === "execute_reply") cell.replied = true;
    if (cell.idle && cell.replied) cell.end();
  }

  private fail(reason: string): void {
    this.ended ??= reason;
    for (const { fail } of this.running.values()) fail(new Error(`the cell has no end: ${reason}`));
  }
}

function shown(output: CellOutput): string {
  const { texts } = output.outcome();
  return texts.length === 0 ? "\nIt has shown nothing." : `\nIt has shown:\n${texts.join("\n")}`;
}
