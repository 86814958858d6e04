import { join } from "node:path";

/** The project's root folder, where `Pulumi.yaml` and the stack files stand. */
export const projectDirectory: string = join(__dirname, "..");
