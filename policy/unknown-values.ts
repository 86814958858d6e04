import * as policy from "@pulumi/policy";

/** Exported at run time and left out of the package's types; a test fails loudly should they vanish. */
const exported = policy as unknown as {
  UnknownValueError: new (...args: never[]) => Error;
  unknownCheckingProxy<T>(this: void, properties: T): T;
};

/** What the package throws where somebody reads a value that a preview doesn't know, and turns into an advisory line. */
export const UnknownValueError = exported.UnknownValueError;

/** Inputs as the package hands them to a policy: reading an unknown value in them throws {@link UnknownValueError}. */
export const unknownCheckingProxy = exported.unknownCheckingProxy;
