import { rmSync } from "node:fs";
import { inJupyterImage, makeScratch } from "../../cluster/workloads/notebook/in-image";

/** Seconds of the same line in `local[1]`, without a cluster, a server and a browser. */
export interface FloorTimes {
  /** From the start of Python to the first answer. */
  readonly first: number;
  /** The same line once more. */
  readonly second: number;
}

/** Prints the moments in milliseconds since 1970; Python's own start by the kernel's clock, in hundredths of a second. */
const program = `
import json, os, time
ticks = int(open("/proc/self/stat").read().rsplit(")", 1)[1].split()[19])
started = time.time() - (time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK"))
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
assert spark.range(10).count() == 10
first = time.time()
assert spark.range(10).count() == 10
print(json.dumps({"first": first - started, "second": time.time() - first}))
`;

/** Times the line in the notebooks' image, on this host itself. */
export async function measureFloor(): Promise<FloorTimes> {
  const scratch = makeScratch();
  try {
    const { exitCode, stdout, stderr } = await inJupyterImage(scratch, ["python3", "-c", program], { cwd: "/tmp" });
    if (exitCode !== 0) throw new Error(`the line failed in local[1]:\n${stderr}`);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as FloorTimes;
  } finally {
    rmSync(scratch.folder, { recursive: true });
  }
}
