import { describe, expect, it } from "vitest";
import { applications } from "./spark-pages";

const answers: Readonly<Record<string, unknown>> = {
  "/spark-ui/4040/api/v1/applications": [{ id: "spark-1", attempts: [{ startTimeEpoch: 1000 }] }],
  "/spark-ui/4041/api/v1/applications": [{ id: "spark-2", attempts: [{ startTimeEpoch: 2000 }] }],
  "/spark-ui/4041/api/v1/applications/spark-2/jobs": [
    { submissionTime: "1970-01-01T00:00:05.500GMT" },
    { submissionTime: "1970-01-01T00:00:03.250GMT", completionTime: "1970-01-01T00:00:04.000GMT" },
  ],
};

describe("the applications of a notebook", () => {
  it("come youngest first, with the jobs that have ended", async () => {
    expect(await applications((path) => Promise.resolve(answers[path]))).toEqual([
      { began: 2000, jobs: [{ submitted: 3250, completed: 4000 }] },
      { began: 1000, jobs: [] },
    ]);
  });
});
