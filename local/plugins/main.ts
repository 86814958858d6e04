/* eslint-disable @typescript-eslint/no-require-imports -- each package loads its own modules only */
import { serve, type ResourcePlugin } from "./plugin-server";

// A launcher starts this as: node bundle.js PACKAGE ENGINE_ADDRESS.
const [packageName, engineAddress = ""] = process.argv.slice(2);
const random = () => (require("./random") as { randomPlugin: ResourcePlugin }).randomPlugin;
const kubernetes = () => (require("./kubernetes") as { kubernetesPlugin: ResourcePlugin }).kubernetesPlugin;
serve(packageName === "random" ? random() : kubernetes(), engineAddress);
