import { describe, expect, it } from "vitest";
import { renderSambaConfig } from "../../../local/share/samba";
import { rcloneMountArguments } from "../../../local/share/share-mount";

describe("Samba's configuration", () => {
  const connection = { server: "127.0.0.1", port: 1445, share: "harp", user: "reader", password: "secret-word" };
  const text = renderSambaConfig(connection, "/srv/files", "/srv/samba");

  it("serves one share to one user over SMB 3 on one address", () => {
    expect(text).toContain("[harp]\n    path = /srv/files\n    valid users = reader\n");
    expect(text).toContain("server min protocol = SMB3");
    expect(text).toContain("smb ports = 1445");
    expect(text).toContain("bind interfaces only = yes");
    expect(text).toContain("map to guest = never");
  });

  it("keeps every file of its own below its folder, and no password", () => {
    const paths = [...text.matchAll(/(?:dir|directory|file|backend) = (?:tdbsam:)?(\/.*)/g)].map((match) => match[1]);
    expect(paths.length).toBeGreaterThanOrEqual(8);
    expect(paths.filter((path) => !path?.startsWith("/srv/samba/"))).toEqual([]);
    expect(text).not.toContain("secret-word");
  });
});

describe("the mount of the share", () => {
  const args = rcloneMountArguments("/srv/rclone.conf", "harp", "/srv/mount", "/srv/cache");

  it("shows the files as Spark's user to everyone on the host", () => {
    expect(args).toEqual(expect.arrayContaining(["share:harp", "/srv/mount", "--allow-other", "--uid=185", "--gid=0"]));
  });

  it("passes what is written on at once", () => {
    expect(args).toContain("--vfs-write-back=0s");
  });
});
