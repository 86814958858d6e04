const k8s = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");

/**
 * Declares plain ConfigMaps in a namespace of their own, and passwords: no component, no configuration but the numbers.
 * JavaScript, so that nothing has to be loaded but Pulumi and its packages.
 */
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
