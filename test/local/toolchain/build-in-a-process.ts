import { buildTools } from "../../../local/toolchain/build";

/** Builds one tool in a process of its own, for tests of two at once; prints its progress. */
buildTools(["pause"], (line) => console.log(line)).then(
  () => console.log("built"),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
