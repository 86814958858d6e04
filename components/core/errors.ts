import * as pulumi from "@pulumi/pulumi";

/** What is wrong with one field of a component's arguments. */
export interface FieldFault {
  /** The path of the field: `subDirectory`, `users[0].grants.lake`. */
  readonly field: string;
  /** The value that was given. Never pass a secret. */
  readonly got: unknown;
  /** What would be right, as the end of a sentence: `a path that starts with "/"`. */
  readonly expected: string;
}

/** The sentence for a faulty field: the component and its name, the field, what it got and what would be right. */
export function faultSentence(component: string, name: string, fault: FieldFault): string {
  const got = fault.got === undefined ? "nothing" : JSON.stringify(fault.got);
  return `${component} "${name}": ${fault.field} is ${got}; expected ${fault.expected}.`;
}

/**
 * The error for a faulty argument. Pulumi prints it under the component, without a stack.
 *
 * @example throw fieldError(this, "WindowsShare", name, { field: "server", got: args.server, expected: "a host name" });
 */
export function fieldError(
  resource: pulumi.Resource | undefined,
  component: string,
  name: string,
  fault: FieldFault,
): pulumi.ResourceError {
  return new pulumi.ResourceError(faultSentence(component, name, fault), resource);
}

/** A fault found by a pure function, which knows neither component nor resource; components add both. */
export class ValueFault extends Error {
  constructor(readonly fault: FieldFault) {
    super(`${fault.field} is ${JSON.stringify(fault.got)}; expected ${fault.expected}.`);
    this.name = "ValueFault";
  }
}

/**
 * Runs `check`, which may throw a {@link ValueFault}, and throws it again as the component's own error.
 *
 * @throws ResourceError for a {@link ValueFault}; anything else passes unchanged.
 */
export function checked<T>(resource: pulumi.Resource | undefined, component: string, name: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof ValueFault) throw fieldError(resource, component, name, error.fault);
    throw error;
  }
}
