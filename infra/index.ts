import { findClusterAccess } from "./cluster-access";
import { loadConfig } from "./config";
import { deploy } from "./platform";

const config = loadConfig();
const platform = deploy(config, findClusterAccess(config.cluster));

export const { namespaces, sparkImage, volumes, objectStore, submitter } = platform;
