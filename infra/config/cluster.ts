import { z } from "zod";
import { absolutePath, cidr, host, labelOrNothing, secretName, serverUrl, whole, words } from "./values";

/** `hamilton:cluster`: which Kubernetes cluster the platform stands on, and what policies must know of its network. */
export const clusterGroup = z
  .strictObject({
    context: words('the name of a kubeconfig context such as "hamilton-local"').meta({
      description: "The context of the kubeconfig that names the cluster.",
    }),
    kubeconfig: absolutePath()
      .optional()
      .meta({ description: "Path of the kubeconfig file. Default: $KUBECONFIG, else ~/.kube/config." }),
    outsideAddress: serverUrl("https").optional().meta({
      description:
        "URL of the API server as machines that submit jobs reach it. Default: the address in the kubeconfig.",
    }),
    apiServerCidrs: z.array(cidr()).min(1).optional().meta({
      description:
        "Addresses of the API server behind its Service, which drivers may connect to. Default: any, on its two ports.",
    }),
    dnsCidrs: z
      .array(cidr())
      .default([])
      .meta({ description: "Addresses of DNS servers other than the DNS pods of kube-system. Default: none." }),
    production: z.boolean().optional().meta({
      description:
        "Whether this is an environment for production: digests, encryption and protected data are then demanded. Default: true for stack prod, else false.",
    }),
    protectData: z.boolean().optional().meta({
      description:
        "Whether the engine refuses to delete or replace what holds data: claims, volumes, their namespaces, generated passwords. Default: true in production, else false.",
    }),
    smbDriver: z
      .strictObject({
        install: z.boolean().default(true).meta({
          description: "Whether this stack installs csi-driver-smb; false if the cluster has it. Default: true.",
        }),
        controllerReplicas: whole(1, 5).default(1).meta({
          description: "Controllers of the driver, one of them at work, each on a node of its own. Default: 1.",
        }),
        kubeletDirectory: absolutePath().default("/var/lib/kubelet").meta({
          description: "The kubelet's folder on every node. Default: /var/lib/kubelet.",
        }),
      })
      .prefault({})
      .meta({ description: "The driver that mounts Windows shares; used if a volume is of kind windowsShare." }),
  })
  .meta({ description: "The Kubernetes cluster and its network." });

/** `hamilton:namespaces`: how the platform's namespaces are called. */
export const namespacesGroup = z
  .strictObject({
    prefix: labelOrNothing()
      .default("")
      .meta({ description: 'Put before every namespace and cluster-wide name: "dev" gives dev-spark. Default: "".' }),
  })
  .meta({ description: "The names of namespaces." });

/** A tag, perhaps with a digest behind it, of an image that this platform builds; or its full reference. */
function image(what: string, example: string) {
  const error = `the tag of the ${what} image such as "${example}", or "${example}@sha256:…"`;
  return z
    .string({ error })
    .regex(/^([a-z0-9._:/-]+\/[a-z0-9._-]+:)?[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?$/, { error })
    .refine((tag) => !/(^|:)latest(@|$)/.test(tag), { error: "a fixed tag instead of latest" });
}

const digest = '"sha256:" and 64 hex digits';

/** `hamilton:images`: where container images come from. */
export const imagesGroup = z
  .strictObject({
    registry: z
      .string({ error: "a registry and path" })
      .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._/-]*[a-z0-9])?$/, {
        error: 'a registry and perhaps a path, such as "registry.example.com/mirror"',
      })
      .meta({ description: "The registry that every image is pulled from, instead of its own." }),
    spark: image("Spark", "4.1.2").optional().meta({
      description: "Tag (and digest) of the Spark image, whose version is this program's own. Default: that version.",
    }),
    jupyter: image("Jupyter", "4.1.2-lab4.6.6").optional().meta({
      description:
        "Tag (and digest) of the notebooks' image, on the same Spark as executors. Default: this program's own.",
    }),
    minio: image("MinIO", "0.0.0-20260212201848-7aac2a2c5b7c").optional().meta({
      description: "Tag (and digest) of the MinIO image. Default: the release this program is made for.",
    }),
    traefik: image("Traefik", "3.7.13").optional().meta({
      description: "Tag (and digest) of the Traefik image. Default: the release this program is made for.",
    }),
    "oauth2-proxy": image("login proxy's", "7.15.4").optional().meta({
      description: "Tag (and digest) of the notebooks' login proxy. Default: the release this program is made for.",
    }),
    digests: z
      .record(
        z.string().regex(/^[a-z0-9._:/-]+:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, {
          error: 'an image and its tag such as "hamilton/spark:4.1.2"',
        }),
        z.string({ error: digest }).regex(/^sha256:[0-9a-f]{64}$/, { error: digest }),
      )
      .default({})
      .meta({
        description:
          "The digests of images by repository and tag in the registry, others' images included. prod needs one for each that it pulls. Default: none.",
      }),
    credentials: z
      .strictObject({
        registry: host().meta({ description: "The registry's host name." }),
        username: words("a user name").meta({ description: "The user that pulls images." }),
        password: secretName().meta({ description: "The entry of hamilton:secrets with that user's password." }),
      })
      .optional()
      .meta({ description: "Access to the registry, if it asks for it. Default: none." }),
  })
  .meta({ description: "Where container images come from." });
