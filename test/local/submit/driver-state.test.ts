import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { driverState, isLater, splitStamp } from "../../../local/submit/driver-state";
import { exitTraceFilter } from "../../../local/submit/log-filter";

/** A driver's pod in a phase, with a state of its Spark container. */
const pod = (phase: string, state?: Record<string, unknown>, more: Record<string, unknown> = {}): V1Pod =>
  ({
    status: {
      phase,
      containerStatuses: state === undefined ? undefined : [{ name: "spark", image: "i:1", state }],
      ...more,
    },
  }) as unknown as V1Pod;

describe("a driver's state", () => {
  it.each([
    [
      "ended with 0 when it succeeded",
      pod("Succeeded", { terminated: { exitCode: 0 } }),
      { kind: "ended", exitCode: 0 },
    ],
    [
      "ended with the program's own code",
      pod("Failed", { terminated: { exitCode: 3, reason: "Error" } }),
      { kind: "ended", exitCode: 3 },
    ],
    ["running", pod("Running", { running: {} }), { kind: "running" }],
    ["waiting before it has a node", pod("Pending"), { kind: "waiting", obstacle: undefined }],
    [
      "waiting while it is created",
      pod("Pending", { waiting: { reason: "ContainerCreating" } }),
      { kind: "waiting", obstacle: undefined },
    ],
    [
      "ended when its node put it out",
      pod("Failed", undefined, { reason: "Evicted", message: "disk" }),
      { kind: "ended", exitCode: 1, reason: "Evicted: disk" },
    ],
  ])("is %s", (_, given, expected) => {
    expect(driverState(given)).toEqual(expected);
  });

  it("is an end that names the setting, when it ran out of memory", () => {
    const state = driverState(pod("Failed", { terminated: { exitCode: 137, reason: "OOMKilled" } }));
    expect(state).toMatchObject({
      kind: "ended",
      exitCode: 137,
      reason: expect.stringContaining("spark.driver.memory") as unknown,
    });
  });

  it.each(["ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError"])(
    "is stuck on %s, and says what to do",
    (reason) => {
      const state = driverState(pod("Pending", { waiting: { reason, message: "no such image" } }));
      expect(state).toMatchObject({ kind: "stuck", reason: `${reason}: no such image` });
      expect((state as { fix: string }).fix).not.toBe("");
    },
  );

  it("tells why no node takes it", () => {
    const conditions = [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }];
    expect(driverState(pod("Pending", undefined, { conditions }))).toEqual({
      kind: "waiting",
      obstacle: "0/1 nodes are available",
    });
  });
});

describe("a log line with its stamp", () => {
  it("is split into both, whatever the line holds", () => {
    expect(splitStamp("2026-01-15T10:00:00.1Z a  b")).toEqual({ stamp: "2026-01-15T10:00:00.1Z", text: "a  b" });
    expect(splitStamp("2026-01-15T10:00:00.1Z")).toEqual({ stamp: "2026-01-15T10:00:00.1Z", text: "" });
    expect(splitStamp("no stamp")).toEqual({ stamp: "", text: "no stamp" });
  });

  it.each([
    ["2026-01-15T10:00:00.2Z", "2026-01-15T10:00:00.123456789Z", true],
    ["2026-01-15T10:00:00.123Z", "2026-01-15T10:00:00.123Z", false],
    ["2026-01-15T10:00:00Z", "2026-01-15T10:00:00.1Z", false],
    ["2026-01-15T10:00:01Z", "2026-01-15T10:00:00.9Z", true],
  ])("%s after %s: %s", (stamp, than, later) => {
    expect(isLater(stamp, than)).toBe(later);
  });
});

describe("the trace behind a program's own exit code", () => {
  it("is left out, and nothing else", () => {
    const lines = [
      "harp_daily: there are no files",
      'Exception in thread "main" org.apache.spark.SparkUserAppException: User application exited with 3',
      "\tat org.apache.spark.deploy.PythonRunner$.main(PythonRunner.scala:104)",
      "\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)",
      "java.lang.IllegalStateException: kept",
      "\tat kept.Too.run(Too.java:1)",
    ];
    const keep = exitTraceFilter();
    expect(lines.filter((line) => keep(line))).toEqual([lines[0], lines[4], lines[5]]);
  });
});
