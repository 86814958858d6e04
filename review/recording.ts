import * as pulumi from "@pulumi/pulumi";
import * as settings from "@pulumi/pulumi/runtime/settings";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { createHash } from "node:crypto";
import { aliasUrns, childUrn } from "./urns";

/** What an object of inputs is, once it has left the program: plain data. */
export type Plain = Record<string, unknown>;

/** One resource as the program registered it, with the options that only the request shows. */
export interface Registration {
  /** The type token: `kubernetes:core/v1:Namespace`, `hamilton:storage:ObjectStore`. */
  readonly type: string;
  /** The logical name. */
  readonly name: string;
  /** The URN, as the engine makes it. */
  readonly urn: string;
  /** The parent's URN; empty for the stack's own children under the mocks. */
  readonly parent: string;
  /** The URNs that the resource went by before, its parents' former ones included. */
  readonly aliases: readonly string[];
  /** The URNs that `dependsOn` and the inputs name. */
  readonly dependsOn: readonly string[];
  /** By top-level input, the URNs whose outputs it is made of. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly deletedWith: string;
  /** Undefined where the program leaves it to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly replaceOnChanges: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly additionalSecretOutputs: readonly string[];
  /** The provider's URN and id; empty if none was given. */
  readonly provider: string;
  /** False for components. */
  readonly custom: boolean;
  /** The inputs as sent: secrets stand in their wrapping, see {@link isSecret}. */
  readonly inputs: Plain;
}

/** How a program is run under the mocks. */
export interface RecordOptions {
  /** @default local */
  readonly stack?: string;
  /** Whether to run as `pulumi preview` does, where the ids and outputs of new resources are unknown. @default false */
  readonly preview?: boolean;
  /**
   * What stands for the password that a resource of this logical name generates.
   * @default `password-of-`, the name and a digest of the inputs
   */
  readonly generated?: (name: string) => string;
}

const secretSignature = "4dabf18193072939515e22adb298388d";

/** Whether `value` is wrapped as a secret. */
export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && secretSignature in value;
}

/** `value` with every secret in it taken out of its wrapping. */
export function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value) return unwrapped((value as Plain).value);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unwrapped(part)]));
}

/** Everything that one run of a program registered, in order. */
export class Recording<T = unknown> {
  constructor(
    readonly resources: readonly Registration[],
    /** What the program returned. */
    readonly result: T,
  ) {}

  /** All resources of a type, or of a Kubernetes kind such as `NetworkPolicy`. */
  all(typeOrKind: string): readonly Registration[] {
    return this.resources.filter((r) => r.type === typeOrKind || (isManifest(r) && r.type.endsWith(`:${typeOrKind}`)));
  }

  /**
   * The one resource of a type or kind whose logical name or `metadata.name` is `name`.
   *
   * @throws Error if there is none or more than one; the message lists what there is.
   */
  one(typeOrKind: string, name?: string): Registration {
    const found = this.all(typeOrKind).filter((r) => name === undefined || r.name === name || physicalName(r) === name);
    if (found.length === 1) return found[0] as Registration;
    const known = this.all(typeOrKind).map((r) => `${r.name} (${physicalName(r) ?? "-"})`);
    throw new Error(`${found.length} of ${typeOrKind} "${name ?? "any"}"; registered: ${known.join(", ") || "none"}`);
  }

  /** The inputs of that one resource with its secrets unwrapped: the manifest of a Kubernetes object. */
  manifest(kind: string, name?: string): Plain {
    return unwrapped(this.one(kind, name).inputs) as Plain;
  }
}

/** Whether the resource is a Kubernetes object. */
export function isManifest(registration: Registration): boolean {
  return registration.type.startsWith("kubernetes:");
}

/** The `metadata.name` of a Kubernetes object; nothing for anything else. */
export function physicalName(registration: Registration): string | undefined {
  const metadata = unwrapped(registration.inputs.metadata) as { name?: string } | undefined;
  return metadata?.name;
}

/** There at run time and left out of the package's types; its test fails loudly should it vanish. */
const { waitForRPCs } = settings as unknown as { waitForRPCs: () => Promise<void> };

type Callback = (error: Error | null, response: unknown) => void;
interface RecordingMonitor {
  registerResource(request: RegisterResourceRequest, callback: Callback): unknown;
  newUrn(parent: string, type: string, name: string): string;
}

/**
 * Runs a program, or any code that creates resources, under Pulumi's mocks and records every registration. The mocks
 * answer with the inputs, and with a `result` for generated passwords.
 *
 * @throws whatever the program throws, or the first registration that fails.
 */
export async function record<T>(program: () => T | Promise<T>, options: RecordOptions = {}): Promise<Recording<T>> {
  const { stack = "local", preview = false, generated } = options;
  const resources: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => ({
        id: preview ? undefined : `${args.name}-id`,
        state: {
          ...(args.inputs as Plain),
          ...(preview || !isPassword(args) ? {} : { result: generated?.(args.name) ?? passwordPlaceholder(args) }),
        },
      }),
      call: (args) => args.inputs as Plain,
    },
    "hamilton",
    stack,
    preview,
  );
  const monitor = settings.getMonitor() as unknown as RecordingMonitor;
  // The mocks' own URNs keep one parent type only.
  monitor.newUrn = (parent, type, name) => childUrn({ stack, project: "hamilton", parent, type, name });
  const aliasesOf = new Map<string, readonly string[]>();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    const urn = monitor.newUrn(request.getParent(), request.getType(), request.getName());
    const aliases = aliasUrns(urn, request, aliasesOf.get(request.getParent()) ?? []);
    aliasesOf.set(urn, aliases);
    resources.push(registrationOf(request, urn, aliases));
    return register(request, callback);
  };
  try {
    return new Recording(resources, await program());
  } finally {
    // Also after a failure: what is still under way belongs to this run's monitor, not to the next one's.
    await waitForRPCs();
  }
}

/** The value that an output holds. Under the mocks it is `undefined` if it is unknown, as in a preview. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(withUnknowns?: boolean): Promise<T> }).promise();
}

function isPassword({ type }: pulumi.runtime.MockResourceArgs): boolean {
  return type === "random:index/randomPassword:RandomPassword";
}

/** A password made of other inputs is another password. */
function passwordPlaceholder({ name, inputs }: pulumi.runtime.MockResourceArgs): string {
  const version = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 8);
  return `password-of-${name}-${version}`;
}

function registrationOf(request: RegisterResourceRequest, urn: string, aliases: readonly string[]): Registration {
  const propertyDependencies: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((each, key) => (propertyDependencies[key] = each.getUrnsList()));
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parent: request.getParent(),
    aliases,
    dependsOn: request.getDependenciesList(),
    propertyDependencies,
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deletedWith: request.getDeletedwith(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    replaceOnChanges: request.getReplaceonchangesList(),
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    provider: request.getProvider(),
    custom: request.getCustom(),
    inputs: request.getObject()?.toJavaScript() ?? {},
  };
}
