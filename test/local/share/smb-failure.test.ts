import { describe, expect, it } from "vitest";
import { smbFailure } from "../../../local/share/smb-failure";

const connection = { server: "files.example.org", port: 445, share: "harp", user: "reader", password: "secret-word" };

describe("a failure of SMB", () => {
  it.each([
    [
      "session setup failed: NT_STATUS_LOGON_FAILURE",
      "user reader or its password is wrong (NT_STATUS_LOGON_FAILURE)",
      "password of reader",
    ],
    [
      "session setup failed: NT_STATUS_ACCOUNT_LOCKED_OUT",
      "the account of reader may not log in now (NT_STATUS_ACCOUNT_LOCKED_OUT)",
      "unlocked",
    ],
    [
      "tree connect failed: NT_STATUS_BAD_NETWORK_NAME",
      "files.example.org has no share named harp (NT_STATUS_BAD_NETWORK_NAME)",
      "smbclient -L //files.example.org -p 445 -U reader",
    ],
    [
      "tree connect failed: NT_STATUS_ACCESS_DENIED",
      "user reader has no right to the share harp (NT_STATUS_ACCESS_DENIED)",
      "allowed on harp",
    ],
    [
      "Connection to files.example.org failed (Error NT_STATUS_CONNECTION_REFUSED)",
      "nothing answers SMB on files.example.org:445 (NT_STATUS_CONNECTION_REFUSED)",
      "port 445",
    ],
    [
      "do_connect: Connection to files.example.org failed (Error NT_STATUS_IO_TIMEOUT)",
      "nothing answers SMB on files.example.org:445 (NT_STATUS_IO_TIMEOUT)",
      "port 445",
    ],
    [
      "do_connect: Connection to files.example.org failed (Error NT_STATUS_UNSUCCESSFUL)",
      "the name files.example.org is not known (NT_STATUS_UNSUCCESSFUL)",
      "getent hosts files.example.org",
    ],
    [
      "putting file: NT_STATUS_DISK_FULL",
      "the disk behind the share on files.example.org is full (NT_STATUS_DISK_FULL)",
      "free some room",
    ],
    [
      "something else",
      "the server refused for a reason not known here",
      "smbclient //files.example.org/harp -p 445 -U reader",
    ],
  ])("from %s", (output, message, fix) => {
    const failure = smbFailure(connection, output, "opening the share");
    expect(failure.message).toBe(`opening the share: //files.example.org:445/harp as reader: ${message}`);
    expect(failure.fix).toContain(fix);
    expect(failure.lastLines).toEqual([output]);
  });

  it("never shows the password", () => {
    expect(
      smbFailure(connection, "NT_STATUS_LOGON_FAILURE", "opening the share", "smbclient //x").render(),
    ).not.toContain("secret-word");
  });
});
