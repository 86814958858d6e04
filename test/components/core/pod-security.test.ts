import { describe, expect, it } from "vitest";
import { securePod } from "../../../components/core/pod-security";

const resources = { requests: { cpu: "100m", memory: "256Mi" } };
const identity = { user: 185, group: 0 };

describe("securePod", () => {
  const pod = securePod({
    identity: { ...identity, fileSystemGroup: 0 },
    containers: [{ name: "main", image: "x:1", resources }],
    initContainers: [{ name: "first", image: "x:1", resources, writableRoot: true }],
    placement: { imagePullSecrets: ["pull"], nodeSelector: { disk: "fast" }, priorityClassName: "high" },
  });

  it("passes Pod Security's level restricted, in the pod and in each of its containers", () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 185, runAsGroup: 0, fsGroup: 0 });
    for (const container of [...(pod.containers as object[]), ...(pod.initContainers as object[])])
      expect(container).toMatchObject({
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
        },
      });
  });

  it("gives no token of the API unless asked", () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    const talking = securePod({ identity, apiAccess: true, containers: [{ name: "main", resources }] });
    expect(talking.automountServiceAccountToken).toBe(true);
  });

  it("makes the image's files read-only unless asked", () => {
    expect(pod.containers).toMatchObject([{ securityContext: { readOnlyRootFilesystem: true } }]);
    expect(pod.initContainers).toMatchObject([{ securityContext: { readOnlyRootFilesystem: false } }]);
  });

  it("limits memory to what is requested, and CPU not at all, unless told otherwise", () => {
    expect(pod.containers).toMatchObject([{ resources: { ...resources, limits: { memory: "256Mi" } } }]);
    const limited = { ...resources, limits: { cpu: "1", memory: "1Gi" } };
    expect(securePod({ identity, containers: [{ name: "main", resources: limited }] }).containers).toMatchObject([
      { resources: limited },
    ]);
  });

  it("shows the last log lines of a failed container", () => {
    expect(pod.containers).toMatchObject([{ terminationMessagePolicy: "FallbackToLogsOnError" }]);
  });

  it("passes placement through", () => {
    expect(pod).toMatchObject({
      imagePullSecrets: [{ name: "pull" }],
      nodeSelector: { disk: "fast" },
      priorityClassName: "high",
    });
  });
});
