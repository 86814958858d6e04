import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectDirectory } from "../../infra/project";

/** What GitLab was asked: the method, the path with its query, and the note's text. */
type Asked = readonly [method: string, url: string, body?: string];

describe("the note beside a merge request", () => {
  let server: Server;
  let notes: { id: number; body: string }[];
  let refusal: number | undefined;
  const asked: Asked[] = [];

  beforeEach(async () => {
    asked.length = 0;
    notes = [];
    refusal = undefined;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const body = text === "" ? undefined : (JSON.parse(text) as { body: string }).body;
        asked.push([request.method ?? "", request.url ?? "", body]);
        response.statusCode = refusal ?? (request.headers["private-token"] === "token" ? 200 : 401);
        // One note to a page.
        const page = Number(new URL(request.url ?? "", "http://localhost").searchParams.get("page") ?? 1);
        if (page < notes.length) response.setHeader("x-next-page", String(page + 1));
        response.end(JSON.stringify(request.method === "GET" ? notes.slice(page - 1, page) : {}));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  afterEach(() => new Promise((resolve) => server.close(resolve)));

  async function comment(report: string) {
    const file = join(mkdtempSync(join(tmpdir(), "note-")), "diff.md");
    writeFileSync(file, report);
    const { port } = server.address() as AddressInfo;
    return execa(process.execPath, [join(projectDirectory, ".ci", "gitlab-comment.cjs"), file], {
      reject: false,
      env: {
        CI_API_V4_URL: `http://127.0.0.1:${port}/api/v4`,
        ...{ CI_PROJECT_ID: "7", CI_MERGE_REQUEST_IID: "3", REVIEW_TOKEN: "token" },
      },
    });
  }

  const path = "/api/v4/projects/7/merge_requests/3/notes";

  it("is made where there is none yet", async () => {
    notes = [{ id: 1, body: "looks good" }];
    expect((await comment("<!-- mark -->\nnew")).exitCode).toBe(0);
    expect(asked.at(-1)).toEqual(["POST", path, "<!-- mark -->\nnew"]);
  });

  it("is edited where the first line is an earlier one's, on whatever page", async () => {
    notes = [
      { id: 1, body: "looks good" },
      { id: 2, body: "<!-- mark -->\nold" },
    ];
    expect((await comment("<!-- mark -->\nnew")).exitCode).toBe(0);
    expect(asked.at(-1)).toEqual(["PUT", `${path}/2`, "<!-- mark -->\nnew"]);
  });

  it("fails with GitLab's answer, and without the token in it", async () => {
    refusal = 403;
    const { exitCode, stderr } = await comment("<!-- mark -->\nnew");
    expect([exitCode, stderr]).toEqual([1, "GitLab answered 403 to GET of the request's notes"]);
  });
});
