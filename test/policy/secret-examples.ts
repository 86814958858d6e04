import { deployment, object, secret, sparkSettings, type NamedExample } from "./examples";

/** Passing and failing examples of the rules about secrets and encryption: one for each part of a rule that has several. */
export const secretExamples: readonly NamedExample[] = [
  [
    "tls-on",
    "an endpoint in a variable",
    {
      passes: [deployment({ env: [{ name: "S3", value: "https://s3.example.com" }] })],
      fails: [deployment({ env: [{ name: "S3", value: "http://s3.example.com" }] })],
      field: "env[S3]",
      value: "http://s3.example.com",
    },
  ],
  [
    "tls-on",
    "an endpoint of Spark's",
    {
      passes: [sparkSettings("a/b:1", "spark.hadoop.fs.s3a.endpoint=https://s3")],
      fails: [sparkSettings("a/b:1", "spark.hadoop.fs.s3a.endpoint=http://s3")],
      field: "spark-defaults.conf",
      value: "http://s3",
    },
  ],
  [
    "tls-on",
    "a connection setting in a Secret",
    {
      passes: [secret({ url: "postgresql://db/x?sslmode=verify-full" })],
      fails: [secret({ url: "postgresql://db/x?sslmode=disable" })],
      field: 'stringData["url"]',
      value: "<secret>",
    },
  ],
  [
    "tls-on",
    "an Ingress host",
    {
      passes: [
        object("Ingress", "web/i", {
          spec: { rules: [{ host: "a.example.com" }], tls: [{ hosts: ["*.example.com"] }] },
        }),
      ],
      fails: [
        object("Ingress", "web/i", {
          spec: { rules: [{ host: "a.example.com" }], tls: [{ hosts: ["b.example.com"] }] },
        }),
      ],
      field: "spec.rules[0].host",
      value: "a.example.com",
    },
  ],
  [
    "tls-on",
    "a share",
    {
      passes: [
        object("PersistentVolume", "v", { spec: { csi: { driver: "smb.csi.k8s.io" }, mountOptions: ["seal"] } }),
      ],
      fails: [object("PersistentVolume", "v", { spec: { csi: { driver: "smb.csi.k8s.io" } } })],
      field: "spec.mountOptions",
      value: "[]",
    },
  ],
  [
    "no-default-credentials",
    "a known pair in a Secret",
    {
      passes: [secret({ rootUser: "root", rootPassword: "kX3vQ9" })],
      fails: [secret({ rootUser: "minioadmin", rootPassword: "minioadmin" })],
      field: 'stringData["rootPassword"]',
      value: "<secret> (a password that everybody knows)",
    },
  ],
  [
    "no-default-credentials",
    "an empty password in encoded data",
    {
      passes: [object("Secret", "web/s", { data: { password: "a1gzdlE5" } })],
      fails: [object("Secret", "web/s", { data: { password: "" } })],
      field: 'data["password"]',
      value: "<secret> (an empty password)",
    },
  ],
  [
    "no-default-credentials",
    "a password equal to its user",
    {
      passes: [secret({ username: "harp", password: "kX3vQ9" })],
      fails: [secret({ username: "harp", password: "harp" })],
      field: 'stringData["password"]',
      value: "<secret> (a password equal to its user)",
    },
  ],
  [
    "no-default-credentials",
    "a URL in a variable",
    {
      passes: [deployment({ env: [{ name: "DB", value: "postgresql://db/x" }] })],
      fails: [deployment({ env: [{ name: "DB", value: "postgresql://harp:changeme@db/x" }] })],
      field: "env[DB]",
      value: "<secret> (a password that everybody knows)",
    },
  ],
  [
    "no-default-credentials",
    "JSON in a Secret",
    {
      passes: [secret({ c: '{"auths":{"r":{"username":"u","password":"kX3vQ9"}}}' })],
      fails: [secret({ c: '{"auths":{"r":{"username":"u","password":"admin"}}}' })],
      field: 'stringData["c"]',
      value: "<secret> (a password that everybody knows)",
    },
  ],
  [
    "no-default-credentials",
    "a setting in a ConfigMap",
    {
      passes: [object("ConfigMap", "web/c", { data: { conf: "volumes:\n  secret:\n    secretName: s\n" } })],
      fails: [object("ConfigMap", "web/c", { data: { conf: "user=x\npassword=console123\n" } })],
      field: 'data["conf"]',
      value: "<secret> (a password that everybody knows)",
    },
  ],
  [
    "no-plain-passwords",
    "a variable",
    {
      passes: [deployment({ env: [{ name: "PASSWORD_FILE", value: "/run/p" }] })],
      fails: [deployment({ env: [{ name: "DB_PASSWORD", value: "kX3vQ9" }] })],
      field: "env[DB_PASSWORD]",
      value: "<secret>",
    },
  ],
  [
    "secrets-marked",
    "one entry of two",
    {
      passes: [secret({ a: "x", b: "y" })],
      fails: [secret({ a: "x", b: "y" }, ["stringData.a"])],
      field: 'stringData["b"]',
      value: "<secret>",
    },
  ],
];
