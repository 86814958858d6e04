/** A program as a function of the `require` and `__dirname` of its folder; gives what the program exports. */
export type BundledProgram = (require: NodeJS.Require, folder: string) => unknown;

/** See `program-bundle.cjs`. @default folder node_modules/.cache/hamilton of the project */
export function loadBundle(root: string, folder?: string): BundledProgram | undefined;
