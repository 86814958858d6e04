import { describe, expect, it } from "vitest";
import { reportMarkdown, reportMarker } from "../../review/report-markdown";
import { change, environment, field, object, store } from "./examples";

const replaced = environment([
  change(store(4), store(6), [field("spec.replicas", 4, 6), field("spec.serviceName", "a", "b", true)], true),
  change(undefined, object("v1 Service", "storage/new")),
]);
const same = environment([], { name: "local" });
const settings = (text: string) => object("v1 ConfigMap", "spark/site", { data: { conf: text } });
const retold = (before: string, after: string, path = "data.conf") =>
  reportMarkdown([environment([change(settings(before), settings(after), [field(path, before, after)])])]);

it("starts with the mark by which a later run finds its comment", () => {
  for (const all of [[], [same], [replaced, same]])
    expect(reportMarkdown(all).startsWith(`${reportMarker}\n`)).toBe(true);
});

it("has a table of the environments first, with the columns that are needed", () => {
  const rows = reportMarkdown([replaced, same])
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  expect(rows).toEqual([
    ["environment", "refused", "replaced", "created", "CPU", "memory", "storage"],
    expect.arrayContaining([expect.stringMatching(/^-{3,}$/)]),
    ["**prod**", "**1**", "**1**", "1", "4 → **6**", "16Gi → **24Gi**", "400Gi → **600Gi**"],
  ]);
});

it("names the environments that nothing changes in", () => {
  expect(reportMarkdown([replaced, same])).toContain("Nothing changes in `local`.");
  expect(reportMarkdown([same])).not.toContain("|");
});

it("folds each environment and each group, and leaves the dangerous ones open", () => {
  expect(reportMarkdown([replaced]).match(/<details.*/g)).toEqual([
    "<details><summary><b>prod</b>: 1 refused; 1 replaced, 1 created</summary>",
    "<details open><summary><b>Refused</b> (1)</summary>",
    "<details><summary><b>Creates</b> (1)</summary>",
  ]);
  expect(reportMarkdown([replaced]).match(/<\/details>/g)).toHaveLength(3);
});

it("gives the way to a refused change as a command to copy", () => {
  expect(reportMarkdown([replaced])).toContain(
    "    ```sh\n    pulumi state unprotect 'urn:pulumi:prod::hamilton::kubernetes:apps/v1:StatefulSet::store-minio' --stack prod\n    ```",
  );
});

it("says of a deletion that leaves the object on the cluster that it does, and folds it up", () => {
  const text = reportMarkdown([environment([change(store(), undefined, [], false, true)])]);
  expect(text).toContain("<details><summary><b>Leaves the stack</b> (1)</summary>");
  expect(text).toContain(
    "`StatefulSet storage/store-minio` — **data:** holds the object store's disks; leaves the stack; the object and its data stay on the cluster",
  );
});

describe("values with markup in them stay what they are", () => {
  it("backticks on one line", () => {
    expect(retold("a`b", "``c``")).toContain("``a`b`` → ``` ``c`` ```");
  });

  it("a fence inside a text of many lines", () => {
    expect(retold("a\n```\nb\n", "a\n````\nb\n")).toContain(
      "    `````diff\n     a\n    -```\n    +````\n     b\n    `````",
    );
  });

  it("tags, which are shown as code", () => {
    expect(retold("</details>", "<script>")).toContain("`</details>` → `<script>`");
  });

  it("mentions and links in sentences", () => {
    const binding = object("rbac.authorization.k8s.io/v1 RoleBinding", "spark/b", {
      roleRef: { kind: "ClusterRole", name: "edit" },
      subjects: [{ kind: "Group", name: "@team" }],
    });
    expect(reportMarkdown([environment([change(undefined, binding)])])).toContain(
      "- **widened:** Group `@team` may now do whatever ClusterRole edit allows in namespace spark",
    );
  });
});

describe("a report too long for a comment", () => {
  const long = (count: number, lines: number) => {
    const text = (mark: string) =>
      Array.from({ length: lines }, (_, line) => `${mark} ${line} of this text`).join("\n");
    const configs = Array.from({ length: count }, (_, index) => {
      const one = object("v1 ConfigMap", `spark/config-${index}`);
      return change(one, one, [field("data.conf", `${index}${text("old")}`, `${index}${text("new")}`)]);
    });
    return environment([change(store(4), undefined, [], true), ...configs]);
  };

  it.each([
    ["shorter diffs", long(60, 60), "diff"],
    ["names alone", long(500, 60), "`ConfigMap spark/config-499`"],
    ["a count alone", long(5000, 5), "**Other updates** (5000): left out."],
  ])("comes under the limit with %s, and says so", (_case, all, kept) => {
    const text = reportMarkdown([all]);
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain(kept);
    expect(text).toContain("Shortened, since a comment takes so much only: prod: Other updates.");
  });

  it("keeps the dangerous groups whole", () => {
    expect(reportMarkdown([long(5000, 5)])).toContain("pulumi state unprotect");
  });

  it("comes under the limit even where the table alone is too long", () => {
    const many = Array.from({ length: 2000 }, (_, index) =>
      environment([change(undefined, object("v1 Service", "a/b"))], { name: `environment-${index}` }),
    );
    expect(reportMarkdown(many).length).toBeLessThan(65_536);
  });

  it("isn't said to be shortened where all of it is there", () => {
    expect(reportMarkdown([replaced])).not.toContain("Shortened");
  });
});
