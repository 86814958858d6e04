import { afterAll, beforeAll, expect } from "vitest";

/**
 * What a test file could leave changed for those that run after it in the same process. Pulumi's mocks are not in it:
 * each recording sets its own and waits for all that it started. Nor is what a package adds when it is loaded late, such
 * as names of its own among the globals and an exit listener.
 */
function processState() {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  return {
    environment: { ...process.env },
    folder: process.cwd(),
    arguments: [...process.argv],
    mask: process.umask(),
    listeners: Object.fromEntries(signals.map((signal) => [signal, process.listenerCount(signal)])),
    replaceable: [Date, setTimeout, fetch, console.log],
  };
}

let before: ReturnType<typeof processState>;

beforeAll(() => {
  before = processState();
});

// Files share a process and what it has loaded, which is most of their time. So none may leave it other than it was.
afterAll(() => {
  expect(processState(), "the file left the process other than it found it").toEqual(before);
});
