import { z } from "zod";
import { longestNotebookName } from "../../components/jupyter/settings";
import { nodeSelector, tolerations } from "./placement";
import { heap, podSize, sparkSettings } from "./spark";
import {
  cidr,
  cpu,
  duration,
  email,
  issuerUrl,
  label,
  memory,
  pemCertificates,
  secretName,
  storageSize,
  whole,
  words,
} from "./values";

const token = z.strictObject({
  kind: z.literal("token").meta({ description: "A generated token, a secret output of the stack; not in production." }),
  version: words("a version")
    .default("1")
    .meta({ description: "Change it to have a new token; the notebook restarts with it. Default: 1." }),
});

const oidc = z.strictObject({
  kind: z.literal("oidc").meta({ description: "A login service of the site (OpenID Connect)." }),
  issuerUrl: issuerUrl().meta({ description: "The service's issuer, as its discovery document names it." }),
  issuerCidrs: z
    .array(cidr())
    .min(1)
    .meta({ description: "The service's addresses, which the notebook's pod may connect to on the issuer's port." }),
  certificates: pemCertificates()
    .optional()
    .meta({ description: "Authorities by which its certificate is signed, as PEM. Default: the public ones." }),
  clientId: words("the client's name").meta({ description: "The name under which the service knows this notebook." }),
  clientSecret: secretName().meta({ description: "The entry of hamilton:secrets with that client's secret." }),
  groups: z
    .array(words("a group's name"))
    .default([])
    .meta({ description: "Groups whose members may use the notebook; or name e-mail addresses. Default: none." }),
  emails: z
    .array(email())
    .default([])
    .meta({ description: "The e-mail addresses of those who may use the notebook; or name groups. Default: none." }),
  groupsClaim: words("a claim's name")
    .default("groups")
    .meta({ description: "The claim with a person's groups. Default: groups." }),
  emailClaim: words("a claim's name")
    .default("email")
    .meta({ description: "The claim with a person's e-mail address. Default: email." }),
  duration: duration({ from: "5m", to: "7d" })
    .default("12h")
    .meta({ description: "How long a login lasts; who has lost a group is let in until then. Default: 12h." }),
});

const home = z
  .strictObject({
    size: storageSize({ from: "100Mi", to: "64Ti" }).meta({
      description: "Its size. It grows where the class allows it, and never shrinks.",
    }),
    className: label()
      .optional()
      .meta({ description: "The StorageClass, of block or local storage. Default: the cluster's default class." }),
  })
  .meta({ description: "The disk of the home, which stays when the notebook goes." });

const storeKeys = z
  .strictObject({
    accessKey: secretName().meta({ description: "The entry of hamilton:secrets with the access key." }),
    secretKey: secretName().meta({ description: "The entry of hamilton:secrets with the secret key." }),
  })
  .optional()
  .meta({ description: "The notebook's keys of an external object store; MinIO's are made. Default: none." });

const notebook = z.strictObject({
  resources: z
    .strictObject({
      cpu: cpu({ from: "0.05", to: "64" })
        .default("250m")
        .meta({ description: "CPUs set aside for the notebook's pod; it may use what is idle. Default: 250m." }),
      memory: memory({ from: "1g", to: "1024g" })
        .default("4g")
        .meta({ description: "Memory of the pod: of all kernels, their drivers and the server. Default: 4g." }),
      scratch: storageSize({ from: "100Mi", to: "10Ti" })
        .default("4Gi")
        .meta({ description: "The node's disk at most, for /tmp. Default: 4Gi." }),
    })
    .prefault({})
    .meta({ description: "CPU, memory and scratch of the notebook's pod." }),
  driverMemory: heap.default("1g").meta({ description: "The Java heap of each kernel's driver. Default: 1g." }),
  executor: podSize("an executor"),
  executors: z
    .strictObject({
      min: whole(0, 1000).default(0).meta({ description: "Executors that each kernel with Spark keeps. Default: 0." }),
      max: whole(1, 1000).meta({ description: "The most executors that a kernel gets." }),
      idleTimeout: duration({ from: "10s", to: "1d" })
        .default("1m")
        .meta({ description: "How long an idle executor is kept. Default: 1m." }),
      shuffleTimeout: duration({ from: "10s", to: "7d" })
        .default("10m")
        .meta({ description: "How long an idle executor is kept for the shuffle data it holds. Default: 10m." }),
    })
    .meta({ description: "How many executors a kernel has (dynamic allocation)." }),
  quota: z
    .strictObject({
      cpu: cpu({ from: "0.1", to: "10000" }).meta({
        description: "CPUs that the notebook and its executors may set aside.",
      }),
      memory: memory({ from: "1g", to: "1024t" }).meta({ description: "Memory of the notebook and its executors." }),
      pods: whole(2, 10000).meta({ description: "Pods, finished ones left out: the notebook and its executors." }),
    })
    .meta({ description: "What the notebook's namespace may use: its pod and the executors of all its kernels." }),
  home,
  login: z.discriminatedUnion("kind", [token, oidc]).meta({ description: "How people log in." }),
  cullAfter: duration({ from: "1m", to: "7d" }).default("1h").meta({
    description: "How long a kernel may be idle before it is ended, and its executors with it. Default: 1h.",
  }),
  patience: duration({ from: "10s", to: "1h" }).default("90s").meta({
    description:
      "How long a cell waits for executors where the reason may pass, such as a quota that is used up. Default: 90s.",
  }),
  terminals: z
    .boolean()
    .default(true)
    .meta({ description: "Whether the page offers terminals in the notebook's pod. Default: true." }),
  volumes: z
    .array(label())
    .optional()
    .meta({ description: "The volumes that the notebook sees, of hamilton:volumes. Default: all." }),
  databases: z
    .array(label())
    .optional()
    .meta({ description: "The databases that the notebook may reach, of hamilton:databases. Default: all." }),
  storeKeys,
  settings: sparkSettings("the notebook's kernels, beside those of every job"),
  nodeSelector,
  tolerations,
});

const name = label().refine((text) => text.length <= longestNotebookName, {
  error: `a DNS label of at most ${longestNotebookName} characters such as "harp"`,
});

/** `hamilton:notebooks`: notebook servers by name, each in a namespace of its own. */
export const notebooksGroup = z
  .record(name, notebook)
  .default({})
  .meta({
    description: `Notebook servers by name, each with its own namespace, home, rights and quota. A name has at most ${longestNotebookName} characters. Default: none.`,
  });
