import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSettings, locateApplication, runName } from "../../../local/submit/application";
import { driverPodName, findSparkSubmit, sparkSubmitArguments } from "../../../local/submit/spark-submit";
import { jobOutput } from "../../../local/submit/submit-from-stack";

describe("a run's name", () => {
  it.each([
    ["workloads/jobs/harp_daily.py", "harp-daily-1a2b3c4d"],
    ["s3a://jobs/My Job (2).jar", "my-job-2-1a2b3c4d"],
    ["42.py", "job-1a2b3c4d"],
    ["a_very_long_name_of_a_job_that_goes_on_and_on.py", "a-very-long-name-of-a-job-tha-1a2b3c4d"],
  ])("for %s is %s", (application, name) => {
    expect(runName(application, "1a2b3c4d")).toBe(name);
  });

  it("with what Spark and we add to it stays a DNS label", () => {
    const name = runName("x".repeat(200), "1a2b3c4d");
    for (const full of [driverPodName(name), `${name}-exec-1000000`])
      expect(full).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])$/);
  });
});

describe("an application", () => {
  it("is a file of this machine or a URL", () => {
    const file = join(mkdtempSync(join(tmpdir(), "hamilton-application-")), "job.py");
    writeFileSync(file, "");
    expect(locateApplication(file)).toEqual({ file });
    expect(locateApplication(`file://${file}`)).toEqual({ file });
    expect(locateApplication("local:///opt/spark/job.py")).toEqual({ url: "local:///opt/spark/job.py" });
  });

  it("that isn't there, or is a folder, is named", () => {
    expect(() => locateApplication("no/such.py")).toThrow(/no\/such\.py does not exist/);
    expect(() => locateApplication(tmpdir())).toThrow(/is not a file/);
  });
});

describe("--conf", () => {
  it("takes any setting of Spark", () => {
    expect(() => checkSettings(["spark.executor.memory=2g", "spark.x="])).not.toThrow();
  });

  it.each(["executor.memory=2g", "spark.executor.memory", "spark.master=local", "spark.kubernetes.namespace=other"])(
    "refuses %s",
    (setting) => {
      expect(() => checkSettings([setting])).toThrow(/--conf/);
    },
  );
});

describe("spark-submit's arguments", () => {
  const submission = {
    bundle: "/b",
    name: "job-1",
    application: { file: "/j/job.py" },
    args: ["--date", "x"],
    settings: ["spark.a=1"],
  };

  it("put the platform's settings last, so that a job's own can't replace them", () => {
    const args = sparkSubmitArguments(submission, "/j/job.py");
    expect(args.indexOf("spark.a=1")).toBeLessThan(args.indexOf("spark.kubernetes.driver.pod.name=job-1-driver"));
    expect(args.slice(-3)).toEqual(["/j/job.py", "--date", "x"]);
  });
});

describe("this machine's own spark-submit", () => {
  const release = { spark: "4.1.2", hadoop: "3.4.2" };
  const sparkHome = (jars: readonly string[]) => {
    const home = mkdtempSync(join(tmpdir(), "hamilton-spark-"));
    for (const folder of ["bin", "jars"]) mkdirSync(join(home, folder));
    writeFileSync(join(home, "bin", "spark-submit"), "");
    for (const jar of jars) writeFileSync(join(home, "jars", jar), "");
    return home;
  };

  it("is used when it is of the platform's release and can reach the object store", () => {
    const home = sparkHome(["spark-kubernetes_2.13-4.1.2.jar", "hadoop-aws-3.4.2.jar"]);
    expect(findSparkSubmit({ SPARK_HOME: home }, release)).toBe(join(home, "bin", "spark-submit"));
    expect(findSparkSubmit({ PATH: join(home, "bin") }, release)).toBe(join(home, "bin", "spark-submit"));
  });

  it.each([
    ["of another release", ["spark-kubernetes_2.13-4.0.1.jar", "hadoop-aws-3.4.2.jar"]],
    ["without the S3 client", ["spark-kubernetes_2.13-4.1.2.jar"]],
  ])("is left alone when it is %s", (_, jars) => {
    expect(findSparkSubmit({ SPARK_HOME: sparkHome(jars), PATH: "" }, release)).toBeUndefined();
  });
});

describe("what a job printed", () => {
  it("is its driver's log without Spark's own lines", () => {
    const log = [
      "26/01/15 10:00:00 INFO SparkContext: Running",
      "+----+",
      "|desk|",
      "+----+",
      "",
      "",
      "SLF4J: x",
      "done",
    ];
    expect(jobOutput(log)).toEqual(["+----+", "|desk|", "+----+", "", "done"]);
  });
});
