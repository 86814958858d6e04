import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { notebooksDirectory } from "../../local/images/tags";

interface Cell {
  readonly cell_type: string;
  readonly id: string;
  readonly source: readonly string[];
  readonly outputs?: readonly unknown[];
  readonly execution_count?: number | null;
  readonly metadata: object;
}

interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: { readonly kernelspec: { readonly name: string } };
  readonly nbformat: number;
}

const files = readdirSync(notebooksDirectory);

describe("the folder of sample notebooks", () => {
  it("holds notebooks and nothing else, in the order in which they are read", () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const [index, file] of [...files].sort().entries())
      expect(file).toMatch(new RegExp(`^${index + 1}-[a-z-]+\\.ipynb$`));
  });
});

describe.each(files)("the sample notebook %s", (file) => {
  const text = readFileSync(join(notebooksDirectory, file), "utf8");
  const notebook = JSON.parse(text) as Notebook;
  const code = notebook.cells.filter(({ cell_type: type }) => type === "code");

  it("holds no outputs, counts or marks of whoever ran it", () => {
    expect(code.length).toBeGreaterThan(0);
    for (const cell of code)
      expect({ id: cell.id, outputs: cell.outputs, count: cell.execution_count }).toEqual({
        ...{ id: cell.id, outputs: [], count: null },
      });
    for (const cell of notebook.cells) expect(cell.metadata).toEqual({});
    expect(notebook.metadata).toEqual({
      kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
      language_info: { name: "python" },
    });
  });

  it("begins with words, draws a plot and keeps its table in `result`, by which it is tested", () => {
    expect(notebook.cells[0]?.source[0]).toMatch(/^# /);
    const source = code.map((cell) => cell.source.join("")).join("\n");
    expect(source).toMatch(/^result = /m);
    expect(source).toMatch(/\.plot[.(]/);
  });

  it("sets no option of Spark's connection and holds no address or password", () => {
    expect(text).not.toMatch(/\.master\(|SparkConf|password=|jdbc:|https?:|s3a?:\/\/|file:\//);
  });

  it("is small enough to be read at once", () => {
    expect(code.flatMap(({ source }) => source).length).toBeLessThan(60);
  });
});
