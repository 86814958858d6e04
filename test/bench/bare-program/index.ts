import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Declares `count` plain ConfigMaps in a namespace of their own: no component, no configuration beyond the number. */
const config = new pulumi.Config();
const provider = new k8s.Provider("cluster", { kubeconfig: config.require("kubeconfig") });
const name = "hamilton-bench";
const namespace = new k8s.core.v1.Namespace(name, { metadata: { name } }, { provider });
for (let index = 0; index < config.requireNumber("count"); index += 1) {
  new k8s.core.v1.ConfigMap(
    `object-${index}`,
    { metadata: { name: `object-${index}`, namespace: namespace.metadata.name }, data: { index: String(index) } },
    { provider },
  );
}
