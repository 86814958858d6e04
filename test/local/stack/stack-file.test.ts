import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { composeStackFile, localNotebooks } from "../../../local/stack/stack-file";

const committed = `# A comment that explains.
config:
  hamilton:images: { registry: localhost }
  hamilton:volumes:
    harp: { kind: hostPath, path: /var/lib/hamilton/share/mount }
`;

describe("the stack file of this host", () => {
  it("holds the committed values, the host's, and the comments", () => {
    const text = composeStackFile(committed, [
      { path: ["hamilton:images", "spark"], value: "4.1.2-abc" },
      { path: ["hamilton:volumes", "harp", "path"], value: "/elsewhere" },
    ]);
    expect(parse(text)).toEqual({
      config: {
        "hamilton:images": { registry: "localhost", spark: "4.1.2-abc" },
        "hamilton:volumes": { harp: { kind: "hostPath", path: "/elsewhere" } },
      },
    });
    expect(text).toContain("# A comment that explains.");
  });

  it("keeps the salt of the earlier file, without which the state's secrets can't be read", () => {
    const text = composeStackFile(committed, [], `encryptionsalt: v1:abc=:v1:def:ghi\nconfig: {}\n`);
    expect(parse(text)).toMatchObject({ encryptionsalt: "v1:abc=:v1:def:ghi" });
  });

  it("keeps the secrets that this host gave the earlier file, while the committed one names them", () => {
    const earlier = `config: { "hamilton:secrets": { page-key: { secure: v1:x }, old: { secure: v1:y } } }\n`;
    const secrets = (named?: string[]) =>
      (parse(composeStackFile(committed, [], earlier, named)) as { config: Record<string, unknown> }).config[
        "hamilton:secrets"
      ];
    expect(secrets(["page-key", "new"])).toEqual({ "page-key": { secure: "v1:x" } });
    expect(secrets()).toEqual({ "page-key": { secure: "v1:x" }, old: { secure: "v1:y" } });
    expect(secrets([])).toBeUndefined();
  });

  it("takes nothing else from the earlier file", () => {
    const text = composeStackFile(committed, [], `config: { "hamilton:images": { registry: other } }\n`);
    expect(parse(text)).toEqual(parse(committed));
  });

  it("is refused where the committed file is no YAML", () => {
    expect(() => composeStackFile("config: [", [])).toThrow(/Pulumi\.local\.yaml is not valid YAML/);
  });
});

describe("the notebooks of the embedded cluster", () => {
  it("are those that its stack file names", () => {
    expect(localNotebooks('config: { "hamilton:notebooks": { harp: {}, risk: { size: 1Gi } } }\n')).toBe(2);
  });

  it("may be none, and then nobody builds their image", () => {
    expect(localNotebooks('config: { "hamilton:notebooks": {} }\n')).toBe(0);
    expect(localNotebooks("config: {}\n")).toBe(0);
  });
});
