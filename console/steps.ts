/** Takes one line of progress of a long operation; the newest one is shown beside the step's name. */
export type Report = (line: string) => void;
