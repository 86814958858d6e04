import type { V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { seen, type PodMoments } from "./pod-moments";

const conditions = [{ type: "PodScheduled", status: "True" }];
const container = (state: object) => [{ name: "spark", image: "", imageID: "", ready: false, restartCount: 0, state }];
const pods: readonly V1Pod["status"][] = [
  {},
  { conditions },
  { conditions, containerStatuses: container({ waiting: { reason: "ContainerCreating" } }) },
  { conditions, containerStatuses: container({ running: { startedAt: new Date(0) } }) },
  { conditions, containerStatuses: container({ terminated: { exitCode: 0 } }) },
];

describe("what a watch sees of an executor", () => {
  it("keeps when each was seen first", () => {
    const known = pods.reduce((before: PodMoments, status, index) => seen(before, { status }, 100 + index), {});
    expect(known).toEqual({ podCreated: 100, podScheduled: 101, containerStarted: 103 });
  });

  it("takes a container that has ended already for one that started", () => {
    expect(seen({}, { status: pods.at(-1) }, 7)).toEqual({ podCreated: 7, podScheduled: 7, containerStarted: 7 });
  });
});
