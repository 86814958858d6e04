/**
 * Takes out of a driver's log the Java stack trace that Spark puts behind every program that ends with an exit code of its
 * own: it says nothing of the program, and buries what the program said.
 *
 * @returns a function that tells for each line, in order, whether to keep it
 */
export function exitTraceFilter(): (line: string) => boolean {
  let inTrace = false;
  return (line) => {
    if (/SparkUserAppException: User application exited with \d+/.test(line)) {
      inTrace = true;
      return false;
    }
    inTrace &&= /^\s+at |^\s*\.\.\. \d+ more/.test(line);
    return !inTrace;
  };
}
