import { join } from "node:path";
import type { Environment } from "../support/platform";

/** The golden file of an environment: every object that the whole program declares for it. */
export function goldenFile(environment: Environment): string {
  return join(__dirname, `${environment}.yaml`);
}
