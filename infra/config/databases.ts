import { z } from "zod";
import { defaultPorts, longestDatabaseName } from "../../components/databases/settings";
import { cidr, host, label, pemCertificates, secretName, whole, words } from "./values";

const place = (kind: keyof typeof defaultPorts) => ({
  host: host().meta({ description: "The server's host name or IPv4 address, as pods reach it." }),
  port: whole(1, 65535)
    .default(defaultPorts[kind])
    .meta({ description: `Its port; of a named instance the instance's own. Default: ${defaultPorts[kind]}.` }),
  database: words("a database's name").meta({ description: "The database on that server." }),
  cidrs: z
    .array(cidr())
    .min(1)
    .meta({ description: "The server's addresses, which pods may connect to on that port and on no other." }),
  user: words("a user name").meta({
    description: "The user that the platform is there: a login of the database's own.",
  }),
  password: secretName().meta({ description: "The entry of hamilton:secrets with that user's password." }),
});

/** Microsoft SQL Server. */
const sqlserver = z.strictObject({
  kind: z.literal("sqlserver").meta({ description: "Microsoft SQL Server; the connection is always encrypted." }),
  ...place("sqlserver"),
  hostNameInCertificate: words("a host name").optional().meta({
    description: "The name that the server's certificate is for, if that isn't the host's. Default: the host.",
  }),
  trustServerCertificate: z.boolean().default(false).meta({
    description: "Whether any certificate will do, whoever answers with it; not in production. Default: false.",
  }),
});

/** PostgreSQL. */
const postgresql = z.strictObject({
  kind: z.literal("postgresql").meta({ description: "PostgreSQL." }),
  ...place("postgresql"),
  tls: z.enum(["verify-full", "require", "disable"]).default("verify-full").meta({
    description:
      "verify-full: encrypted, with a trusted certificate for that host; require: encrypted, whoever answers; disable: in the clear, not in production. Default: verify-full.",
  }),
  certificates: pemCertificates().optional().meta({
    description:
      "Authorities by which its certificate is signed, as PEM, for verify-full. Default: those that Java trusts.",
  }),
});

const name = label().refine((text) => text.length <= longestDatabaseName, {
  error: `a DNS label of at most ${longestDatabaseName} characters such as "harp"`,
});

/** `hamilton:databases`: databases outside the platform, by the names under which code asks for them. */
export const databasesGroup = z
  .record(name, z.discriminatedUnion("kind", [sqlserver, postgresql]))
  .default({})
  .meta({
    description: `Databases that notebooks read, by name: hamilton.jdbc("harp"). A name has at most ${longestDatabaseName} characters. Default: none.`,
  });
