import { setTimeout as sleep } from "node:timers/promises";
import { coreApi } from "../../../local/cluster/api-client";
import { runInSparkImage } from "../../../local/images/run-in-image";
import { localReference } from "../../../local/images/tags";
import { kubernetesObject } from "./commands";
import type { OwnStack } from "./own-stack";

/** The keys with which Spark reads and writes an environment's buckets, as a client library's variables. */
async function storeKeys(namespace: string): Promise<Record<string, string>> {
  const secret = await kubernetesObject<{ data: Record<string, string> }>(
    ...["-n", namespace, "secret", "store-spark-credentials"],
  );
  return Object.fromEntries(
    Object.entries(secret.data).map(([name, value]) => [name, Buffer.from(value, "base64").toString()]),
  );
}

async function python(stack: OwnStack, code: string): Promise<string> {
  const script = [
    "import pyarrow.fs",
    `files = pyarrow.fs.S3FileSystem(endpoint_override="${new URL(stack.storeEndpoint).host}", scheme="http", region="us-east-1")`,
    code,
  ].join("\n");
  const ended = await runInSparkImage(["python3", "-c", script], { env: await storeKeys(`${stack.name}-spark`) });
  if (ended.exitCode !== 0) throw new Error(`the object store of ${stack.name}: ${ended.stderr}`);
  return ended.stdout.trim();
}

/** Writes an object of random bytes into a bucket, from outside the cluster, and gives its SHA-256. */
export function writeObject(stack: OwnStack, path: string, bytes: number): Promise<string> {
  const code = `import hashlib, os
data = os.urandom(${bytes})
with files.open_output_stream("${path}") as stream: stream.write(data)
print(hashlib.sha256(data).hexdigest())`;
  return python(stack, code);
}

/** The SHA-256 of an object in a bucket. */
export function readObject(stack: OwnStack, path: string): Promise<string> {
  const code = `import hashlib
with files.open_input_stream("${path}") as stream: print(hashlib.sha256(stream.read()).hexdigest())`;
  return python(stack, code);
}

/** Runs a shell command in a pod of the environment's Spark namespace with a claim mounted at `/data`; gives its output. */
export async function runWithClaim(stack: OwnStack, claim: string, command: string): Promise<string> {
  const namespace = `${stack.name}-spark`;
  const name = `with-claim-${Math.random().toString(36).slice(2, 8)}`;
  const least = { cpu: "50m", memory: "64Mi" };
  await coreApi().createNamespacedPod({
    namespace,
    body: {
      metadata: { name },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        securityContext: {
          runAsUser: 185,
          runAsNonRoot: true,
          fsGroup: 185,
          seccompProfile: { type: "RuntimeDefault" },
        },
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
        containers: [
          {
            name: "shell",
            image: localReference("spark"),
            command: ["/bin/sh", "-c", command],
            volumeMounts: [{ name: "data", mountPath: "/data" }],
            resources: { requests: least, limits: { cpu: "500m", memory: "64Mi" } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    },
  });
  try {
    for (let waited = 0; waited < 120; waited++) {
      const { status } = await coreApi().readNamespacedPod({ namespace, name });
      if (status?.phase === "Succeeded") return (await coreApi().readNamespacedPodLog({ namespace, name })).trim();
      if (status?.phase === "Failed")
        throw new Error(`pod ${name}: ${await coreApi().readNamespacedPodLog({ namespace, name })}`);
      await sleep(1000);
    }
    throw new Error(`pod ${name} didn't end within 2 minutes`);
  } finally {
    await coreApi().deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
  }
}
