import { describe, expect, it } from "vitest";
import { medianAndRange, notebookLines } from "./section";
import type { Round } from "./round";

const round = (slower: number): Round => ({
  moments: {
    cold: { clicked: 0, run: 2000, contextBegan: 5000, answered: 16_000 + slower },
    second: { run: 0, jobCompleted: 250, answered: 300 },
    warm: { clicked: 0, run: 1000, answered: 8000 },
    returned: { run: 0, executorRegistered: 6000, answered: 6500 },
  },
  floor: { first: 8, second: 0.2 },
  load: [1.25, 0.5],
});

describe("the section on notebooks", () => {
  it("has median and range, with more digits below a second", () => {
    expect(medianAndRange([3, 0.125, 1])).toBe("1.0 (0.13–3.0)");
  });

  it("has a line for each part, the whole, the floor and the ratio", () => {
    const lines = notebookLines([round(0), round(8000)]).map((line) => line.split(" | ").slice(1).join(" | "));
    expect(lines).toContain("3.0 (3.0–3.0) |  |  |  |");
    expect(lines).toContain("**20.0 (16.0–24.0)** | **0.30 (0.30–0.30)** | **6.5 (6.5–6.5)** | **8.0 (8.0–8.0)** |");
    expect(lines).toContain("8.0 (8.0–8.0) | 0.20 (0.20–0.20) | 0.20 (0.20–0.20) | 8.0 (8.0–8.0) |");
    expect(lines).toContain("**2.5** | **1.5** | **32.5** | **1.0** |");
  });

  it("tells the host's load", () => {
    expect(notebookLines([round(0)])[0]).toContain("Load of the host: 0.5–1.3.");
  });
});
