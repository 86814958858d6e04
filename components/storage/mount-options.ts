import { ValueFault } from "../core/errors";

/** The SMB dialects that may be asked for. 1.0 is broken beyond repair and 2.x can neither encrypt nor detect tampering. */
export const smbVersions = ["3.0", "3.0.2", "3.1.1"] as const;
/** One of {@link smbVersions}. */
export type SmbVersion = (typeof smbVersions)[number];

/** What the mount options of a Windows share are computed from. */
export interface CifsMountArgs {
  /** The user id that owns every file as pods see it: the one that Spark runs as. */
  readonly user: number;
  /** The group id that every file has as pods see it. */
  readonly group: number;
  /** Whether the share is mounted read-only. */
  readonly readOnly: boolean;
  /** The SMB dialect. @default 3.1.1 */
  readonly version?: SmbVersion;
  /** Whether the connection is encrypted; the server must be able to. @default true */
  readonly encrypt?: boolean;
  /**
   * For how many seconds attributes and folder listings may be remembered; new files of other writers stay unseen for as
   * long. @default the kernel's own, 1 second
   */
  readonly attributeCacheSeconds?: number;
  /** Further options of mount.cifs, such as `sec=krb5` or `nobrl`. @default none */
  readonly extra?: readonly string[];
}

/** Options that are computed here, or that would undo what is; each with the argument to use instead. */
const reserved: Readonly<Record<string, string>> = {
  uid: "the one identity of the platform",
  gid: "the one identity of the platform",
  forceuid: "the one identity of the platform",
  noforceuid: "the one identity of the platform",
  forcegid: "the one identity of the platform",
  noforcegid: "the one identity of the platform",
  dir_mode: "the modes that follow from readOnly",
  file_mode: "the modes that follow from readOnly",
  noperm: "permissions that are checked",
  vers: "the argument version",
  seal: "the argument encrypt",
  serverino: "noserverino: inode numbers of several servers or folders collide and files get mixed up",
  noserverino: "nothing, it is always set",
  ro: "the argument readOnly",
  rw: "the argument readOnly",
  actimeo: "the argument attributeCacheSeconds",
  suid: "nosuid",
  dev: "nodev",
  exec: "noexec",
  user: "the argument username",
  username: "the argument username",
  pass: "the argument password",
  password: "the argument password",
  credentials: "the arguments username and password",
  domain: "the argument domain",
  guest: "a user with a password",
};

/**
 * The mount options of a Windows share, in a fixed order.
 *
 * Every file belongs to the one user that Spark runs as, nothing is open to the world, nothing on the share can be run,
 * and inode numbers are the client's own (`noserverino`; the driver's makers call it required against data corruption).
 *
 * @throws ValueFault for a user id of root, an old dialect, a negative cache time, or an extra option that is computed
 * here, undoes one that is, or is no single option.
 */
export function cifsMountOptions(args: CifsMountArgs): string[] {
  const { user, group, readOnly, version = "3.1.1", encrypt = true, attributeCacheSeconds, extra = [] } = args;
  if (!Number.isInteger(user) || user < 1)
    throw new ValueFault({ field: "identity.user", got: user, expected: "a user id above 0" });
  if (!Number.isInteger(group) || group < 0)
    throw new ValueFault({ field: "identity.group", got: group, expected: "a group id of 0 or above" });
  if (!smbVersions.includes(version))
    throw new ValueFault({ field: "version", got: version, expected: `SMB 3: one of ${smbVersions.join(", ")}` });
  if (attributeCacheSeconds !== undefined && !(Number.isInteger(attributeCacheSeconds) && attributeCacheSeconds >= 0))
    throw new ValueFault({ field: "attributeCacheSeconds", got: attributeCacheSeconds, expected: "whole seconds" });
  extra.forEach(checkExtra);
  return [
    readOnly ? "ro" : "rw",
    `uid=${user}`,
    `gid=${group}`,
    `dir_mode=${readOnly ? "0550" : "0770"}`,
    `file_mode=${readOnly ? "0440" : "0660"}`,
    `vers=${version}`,
    ...(encrypt ? ["seal"] : []),
    "noserverino",
    "nosuid",
    "nodev",
    "noexec",
    ...(attributeCacheSeconds === undefined ? [] : [`actimeo=${attributeCacheSeconds}`]),
    ...extra,
  ];
}

const weakSecurity = ["sec=none", "sec=ntlm", "sec=ntlmi"];

function checkExtra(option: string, index: number): void {
  const field = `mountOptions[${index}]`;
  if (!/^[a-z_]+(=[^\s,]+)?$/.test(option))
    throw new ValueFault({ field, got: option, expected: 'one option of mount.cifs, such as "nobrl" or "sec=krb5"' });
  const key = option.split("=")[0] ?? "";
  const instead = reserved[key];
  if (instead !== undefined) throw new ValueFault({ field, got: option, expected: instead });
  if (weakSecurity.includes(option))
    throw new ValueFault({ field, got: option, expected: "sec=ntlmssp, sec=ntlmsspi, sec=krb5 or sec=krb5i" });
}
