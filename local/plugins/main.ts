import { serve } from "./plugin-server";

// Started by a launcher as: node bundle.js PACKAGE ENGINE_ADDRESS. Each package loads only its own modules.
const [packageName, engineAddress = ""] = process.argv.slice(2);
/* eslint-disable @typescript-eslint/no-require-imports -- loaded lazily, and resolved like the other CommonJS imports */
if (packageName === "random") {
  const { RandomPlugin } = require("./random") as typeof import("./random");
  serve(new RandomPlugin(), engineAddress);
} else {
  const { KubernetesPlugin } = require("./kubernetes") as typeof import("./kubernetes");
  serve(new KubernetesPlugin(), engineAddress);
}
