import { findClusterAccess } from "./cluster-access";
import { loadConfig } from "./config";
import { refuseMisfits } from "./compatibility";
import { deploy } from "./platform";

refuseMisfits();
const config = loadConfig();
const platform = deploy(config, findClusterAccess(config.cluster));

export const { namespaces, sparkImage, volumes, objectStore, submitter } = platform;
