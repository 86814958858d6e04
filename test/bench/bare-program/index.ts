import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Declares plain ConfigMaps in a namespace of their own, and passwords: no component, no configuration but the numbers. */
const config = new pulumi.Config();
const provider = new k8s.Provider("cluster", { kubeconfig: config.require("kubeconfig") });
const name = "hamilton-bench";
const namespace = new k8s.core.v1.Namespace(name, { metadata: { name } }, { provider });
for (let index = 0; index < config.requireNumber("configMaps"); index += 1) {
  new k8s.core.v1.ConfigMap(
    `object-${index}`,
    { metadata: { name: `object-${index}`, namespace: namespace.metadata.name }, data: { index: String(index) } },
    { provider },
  );
}
for (let index = 0; index < config.requireNumber("passwords"); index += 1) {
  new random.RandomPassword(`password-${index}`, { length: 32 });
}
