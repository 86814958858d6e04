// Writes a report beside a merge request: edits the note that starts with the same line, or makes the first one. Takes the
// file's name; needs GitLab's own variables of a merge request's pipeline and REVIEW_TOKEN, a project access token with
// the scope `api`.
const { readFileSync } = require("node:fs");

const { CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, REVIEW_TOKEN } = process.env;
const notes = `${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/merge_requests/${CI_MERGE_REQUEST_IID}/notes`;

async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { "PRIVATE-TOKEN": REVIEW_TOKEN, "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`GitLab answered ${response.status} to ${method} of the request's notes`);
  return { value: await response.json(), nextPage: response.headers.get("x-next-page") };
}

async function earlierNote(marker) {
  for (let page = "1"; page;) {
    const { value, nextPage } = await call("GET", `${notes}?per_page=100&page=${page}`);
    const found = value.find(({ body }) => body.startsWith(marker));
    if (found) return found.id;
    page = nextPage;
  }
  return undefined;
}

async function main(file) {
  const body = readFileSync(file, "utf8");
  const note = await earlierNote(body.split("\n")[0]);
  await (note === undefined ? call("POST", notes, { body }) : call("PUT", `${notes}/${note}`, { body }));
}

main(process.argv[2]).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
