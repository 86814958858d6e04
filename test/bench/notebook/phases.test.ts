import { describe, expect, it } from "vitest";
import { earliest, latest, phasesOf, rowsOf, since, wholeOf, within, type Moments } from "./phases";

const first: Moments = {
  clicked: 1000,
  run: 3100,
  contextBegan: 6100,
  jobSubmitted: 9100,
  executorAskedFor: 10_200,
  podCreated: 10_300,
  executorRegistered: 15_300,
  jobCompleted: 16_300,
  answered: 16_400,
};

describe("the way to an answer", () => {
  it("is parted at its moments, in seconds", () => {
    expect(phasesOf(first)).toEqual({
      ...{ run: 2.1, contextBegan: 3, jobSubmitted: 3, executorAskedFor: 1.1, podCreated: 0.1 },
      ...{ executorRegistered: 5, jobCompleted: 1, answered: 0.1 },
    });
  });

  it("counts what was done beside an earlier part from that one's end", () => {
    const early = { ...first, executorAskedFor: 7000, podCreated: 9500 };
    expect(phasesOf(early)).toMatchObject({ jobSubmitted: 3, executorAskedFor: 0, podCreated: 0.4 });
  });

  it.each([first, { ...first, executorAskedFor: 5000, podCreated: 5100 }, { run: 5, answered: 205 }])(
    "adds up to the whole: %j",
    (times) => {
      expect(wholeOf(times)).toBeCloseTo(((times.answered ?? 0) - (times.clicked ?? times.run ?? 0)) / 1000);
    },
  );

  it("needs a moment", () => {
    expect(() => phasesOf({})).toThrow("without a moment");
  });

  it("has a row for each part that any of several has, in their order", () => {
    expect(
      rowsOf([
        { run: 1, answered: 2 },
        { answered: 9, run: 3, jobCompleted: 5 },
      ]),
    ).toEqual(["jobCompleted", "answered"]);
  });

  it("leaves out moments of other answers", () => {
    expect(within({ contextBegan: 4, jobSubmitted: 5, jobCompleted: 9, podCreated: 10 }, 5, 9)).toEqual({
      ...{ jobSubmitted: 5, jobCompleted: 9 },
    });
  });
});

describe("some moments", () => {
  it("have a first and a last one, also since another", () => {
    expect(earliest(since(3, [8, 2, 5]))).toBe(5);
    expect(latest([8, 2, 5])).toBe(8);
  });

  it("may be none", () => {
    expect([earliest(since(9, [8, 2, 5])), latest([])]).toEqual([undefined, undefined]);
  });
});
