import { describe, expect, it } from "vitest";
import { cifsMountOptions, type CifsMountArgs } from "../../../components/storage/mount-options";

const spark: CifsMountArgs = { user: 185, group: 0, readOnly: true };

describe("cifsMountOptions", () => {
  it("gives a read-only share to Spark's user, encrypted, with nothing for the world", () => {
    expect(cifsMountOptions(spark)).toEqual([
      "ro",
      "uid=185",
      "gid=0",
      "dir_mode=0550",
      "file_mode=0440",
      "vers=3.1.1",
      "seal",
      "noserverino",
      "nosuid",
      "nodev",
      "noexec",
    ]);
  });

  it.each([true, false])("leaves nothing for the world where readOnly is %s", (readOnly) => {
    const modes = cifsMountOptions({ ...spark, readOnly }).filter((option) => option.includes("_mode="));
    expect(modes).toHaveLength(2);
    for (const mode of modes) expect(mode).toMatch(/0$/);
  });

  it("lets the owner and the group write where writing is asked for", () => {
    const options = cifsMountOptions({ ...spark, readOnly: false });
    expect(options.slice(0, 5)).toEqual(["rw", "uid=185", "gid=0", "dir_mode=0770", "file_mode=0660"]);
  });

  it("always numbers files itself", () => {
    for (const extra of [[], ["nobrl"]]) expect(cifsMountOptions({ ...spark, extra })).toContain("noserverino");
  });

  it("leaves encryption out only where that is asked for", () => {
    expect(cifsMountOptions({ ...spark, encrypt: false })).not.toContain("seal");
  });

  it("takes further options that contradict nothing", () => {
    const options = cifsMountOptions({
      ...spark,
      attributeCacheSeconds: 30,
      extra: ["nobrl", "sec=krb5i", "cache=strict"],
    });
    expect(options.slice(-4)).toEqual(["actimeo=30", "nobrl", "sec=krb5i", "cache=strict"]);
  });

  it.each(["1.0", "2.0", "2.1", "3", "default"])("refuses SMB %s", (version) => {
    expect(() => cifsMountOptions({ ...spark, version: version as "3.0" })).toThrow(
      `version is "${version}"; expected SMB 3: one of 3.0, 3.0.2, 3.1.1.`,
    );
  });

  it.each([
    ["serverino", "noserverino"],
    ["vers=1.0", "the argument version"],
    ["uid=0", "the one identity"],
    ["dir_mode=0777", "the modes"],
    ["noperm", "permissions"],
    ["rw", "the argument readOnly"],
    ["exec", "noexec"],
    ["suid", "nosuid"],
    ["password=x", "the argument password"],
    ["guest", "a user with a password"],
    ["sec=none", "sec=ntlmssp"],
    ["sec=ntlm", "sec=ntlmssp"],
  ])("refuses the extra option %s and says %s instead", (option, instead) => {
    expect(() => cifsMountOptions({ ...spark, extra: ["nobrl", option] })).toThrow(
      `mountOptions[1] is "${option}"; expected ${instead}`,
    );
  });

  it.each(["nobrl,rw", "cache=strict,exec", "a b", "", "-o rw"])("refuses %j, which is no single option", (option) => {
    expect(() => cifsMountOptions({ ...spark, extra: [option] })).toThrow("expected one option of mount.cifs");
  });

  it.each([
    [{ user: 0 }, "identity.user"],
    [{ user: 1.5 }, "identity.user"],
    [{ group: -1 }, "identity.group"],
    [{ attributeCacheSeconds: -1 }, "attributeCacheSeconds"],
  ])("refuses %j", (change, field) => expect(() => cifsMountOptions({ ...spark, ...change })).toThrow(`${field} is `));
});
