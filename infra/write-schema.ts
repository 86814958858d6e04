import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stackFileJsonSchema } from "./config";

/** Writes the JSON Schema of stack files for editors: `npm run schema`. */
writeFileSync(join(__dirname, "stack-file.schema.json"), `${JSON.stringify(stackFileJsonSchema(), null, 2)}\n`);
