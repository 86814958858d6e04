/** What a cell shows in one place, by MIME type: `text/plain` beside `image/png`, `text/html` and the like. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** An exception that ended a cell. */
export interface CellError {
  /** The exception's class. */
  readonly ename: string;
  /** Its text. */
  readonly evalue: string;
  /** What the reader sees of it, without colours. */
  readonly shown: string;
}

/** All that a cell gave. */
export interface CellOutcome {
  /** Every text in the order in which it came: what the cell printed, and its results and displays as plain text. */
  readonly texts: readonly string[];
  /** At most one; none where the cell ran to its end. */
  readonly errors: readonly CellError[];
  /** How many pictures the cell shows. */
  readonly plots: number;
  /** What the cell shows beside printed text, in all the forms that the kernel gave it. */
  readonly data: readonly MimeBundle[];
}

/** A message of a kernel, as far as outcomes need it: Jupyter's messaging protocol 5. */
export interface KernelMessage {
  readonly header: { readonly msg_type: string };
  readonly content: Readonly<Record<string, unknown>>;
}

/** How a terminal is told a colour. */
const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Gathers what the messages of one running cell show. */
export class CellOutput {
  private readonly texts: string[] = [];
  private readonly errors: CellError[] = [];
  private readonly places: { readonly id?: string; readonly bundle: MimeBundle }[] = [];

  /** Takes a message from the kernel's `iopub` channel; those that show nothing change nothing. */
  take({ header, content }: KernelMessage): void {
    switch (header.msg_type) {
      case "stream":
        this.texts.push(String(content.text));
        return;
      case "execute_result":
      case "display_data":
      case "update_display_data":
        return this.show(header.msg_type, content);
      case "error": {
        const { ename, evalue, traceback } = content as { ename: string; evalue: string; traceback: readonly string[] };
        this.errors.push({ ename, evalue, shown: traceback.join("\n").replace(colour, "") });
      }
    }
  }

  /** What has come so far. */
  outcome(): CellOutcome {
    const data = this.places.map(({ bundle }) => bundle);
    const plots = data.filter((bundle) => "image/png" in bundle || "image/svg+xml" in bundle).length;
    return { texts: [...this.texts], errors: [...this.errors], plots, data };
  }

  private show(kind: string, content: KernelMessage["content"]): void {
    const bundle = content.data as MimeBundle;
    const id = (content.transient as { display_id?: string } | undefined)?.display_id;
    const text = bundle["text/plain"];
    if (typeof text === "string") this.texts.push(text);
    // A display that is updated stays in its place, and what it showed before is gone from the page.
    if (kind !== "update_display_data") this.places.push({ id, bundle });
    else this.places.forEach((place, at) => place.id === id && this.places.splice(at, 1, { id, bundle }));
  }
}
