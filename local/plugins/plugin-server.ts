import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { pathText, type Change } from "./difference";
import { conceal, type Values } from "./values";

/** One operation that the engine asks for. Inputs and outputs carry secret and unknown markers. */
export interface Call {
  readonly urn: string;
  /** The type token, e.g. `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly id: string;
  readonly inputs: Values;
  readonly oldInputs: Values;
  readonly oldOutputs: Values;
  /** True when nothing may be changed. */
  readonly preview: boolean;
  /** Seconds the program grants the operation; 0 where it says nothing. */
  readonly timeoutSeconds: number;
  /** Property paths that the program leaves to others. */
  readonly ignoreChanges: readonly string[];
  /** Aborted when the user cancels the update. */
  readonly cancelled: AbortSignal;
  /** Shows a line of progress beside the resource, until the next one. */
  readonly report: (line: string) => void;
  /** Shows a warning that stays on the screen. */
  readonly warn: (line: string) => void;
}

/** A rejected input: its property path and why. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** The answer to a diff: every change, those that need a new object, and whether the old one must go first. */
export interface Difference {
  readonly changes: readonly Change[];
  readonly replacing: readonly Change[];
  readonly deleteBeforeReplace: boolean;
}

/** A resource after an operation. `problems` tells why it exists but isn't ready; the state keeps it nevertheless. */
export interface Outcome {
  readonly id: string;
  readonly inputs?: Values;
  readonly outputs: Values;
  readonly problems?: readonly string[];
}

/** What a plugin of one Pulumi package does; every method may throw an error whose message is meant for the user. */
export interface ResourcePlugin {
  readonly version: string;
  checkConfiguration(settings: Values): Failure[];
  /** The settings whose change means another cluster, so that everything must be made anew. */
  replacesProvider(before: Values, after: Values): string[];
  configure(settings: Values): void;
  check(call: Call): Promise<{ inputs: Values; failures: Failure[] }>;
  diff(call: Call): Promise<Difference>;
  create(call: Call): Promise<Outcome>;
  /** Undefined when the resource is gone. */
  read(call: Call): Promise<Outcome | undefined>;
  update(call: Call): Promise<Outcome>;
  delete(call: Call): Promise<void>;
}

const values = (struct?: Struct) => (struct?.toJavaScript() ?? {}) as Values;
const struct = (object: Values) => Struct.fromJavaScript(object as Record<string, JavaScriptValue>);
const failures = (found: Failure[]) =>
  found.map(({ property, reason }) => new proto.CheckFailure().setProperty(property).setReason(reason));

function initialisationFailed(outcome: Outcome): Partial<grpc.ServiceError> {
  const detail = new proto.ErrorResourceInitFailed().setId(outcome.id).setProperties(struct(outcome.outputs));
  if (outcome.inputs) detail.setInputs(struct(outcome.inputs));
  const any = new Any();
  any.pack(detail.setReasonsList([...outcome.problems!]).serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const details = outcome.problems!.join("; ");
  const status = new Status().setCode(grpc.status.UNKNOWN).setMessage(details).setDetailsList([any]);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details, metadata };
}

function differenceResponse({ changes, replacing, deleteBeforeReplace }: Difference): proto.DiffResponse {
  const kinds = proto.PropertyDiff.Kind;
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse().setChanges(changes.length ? DIFF_SOME : DIFF_NONE).setHasdetaileddiff(true);
  const topLevel = (some: readonly Change[]) => [...new Set(some.map(({ path }) => String(path[0])))];
  response.setDiffsList(topLevel(changes)).setReplacesList(topLevel(replacing));
  for (const change of changes) {
    const kind = { add: kinds.ADD, delete: kinds.DELETE, update: kinds.UPDATE }[change.kind];
    // Each kind is followed in the protocol by its replacing twin.
    const diff = new proto.PropertyDiff().setKind(replacing.includes(change) ? kind + 1 : kind).setInputdiff(true);
    response.getDetaileddiffMap().set(pathText(change.path), diff);
  }
  return response.setDeletebeforereplace(deleteBeforeReplace);
}

/**
 * Serves a plugin to the engine, one process for each provider instance: prints the port as the first line and ends
 * at once on SIGINT or when the engine is gone.
 *
 * @param engineAddress host and port of the engine, which takes the log lines.
 */
export function serve(plugin: ResourcePlugin, engineAddress: string): void {
  const engine = new EngineClient(engineAddress, grpc.credentials.createInsecure());
  const cancelling = new AbortController();
  const log = (urn: string, severity: LogRequest["setSeverity"] extends (s: infer S) => unknown ? S : never) => {
    const ephemeral = severity === LogSeverity.INFO;
    return (line: string) =>
      void engine.log(
        new LogRequest().setUrn(urn).setSeverity(severity).setMessage(line).setEphemeral(ephemeral),
        () => undefined, // a lost progress line is no reason to fail the operation
      );
  };
  const call = (request: { getUrn(): string }, rest: Partial<Call>): Call => ({
    urn: request.getUrn(),
    type: request.getUrn().split("::")[2]!.split("$").at(-1)!,
    ...{ id: "", inputs: {}, oldInputs: {}, oldOutputs: {}, preview: false, timeoutSeconds: 0, ignoreChanges: [] },
    cancelled: cancelling.signal,
    report: log(request.getUrn(), LogSeverity.INFO),
    warn: log(request.getUrn(), LogSeverity.WARNING),
    ...rest,
  });
  const answer =
    <Request, Response>(handle: (request: Request) => Response | Promise<Response>) =>
    (unary: grpc.ServerUnaryCall<Request, Response>, done: grpc.sendUnaryData<Response>) => {
      void (async () => handle(unary.request))().then(
        (response) => done(null, response),
        (error: Error & { outcome?: Outcome }) =>
          done(
            error.outcome ? initialisationFailed(error.outcome) : { code: grpc.status.UNKNOWN, details: error.message },
          ),
      );
    };
  const settled = async (asked: Call, operation: Promise<Outcome>): Promise<Outcome> => {
    const outcome = await operation.catch((error: Error) => {
      throw new Error(conceal({ ...asked.inputs, old: asked.oldInputs }, error.message));
    });
    if (!outcome.problems?.length) return outcome;
    const problems = outcome.problems.map((problem) => conceal(asked.inputs, problem));
    throw Object.assign(new Error("not ready"), { outcome: { ...outcome, problems } });
  };
  const refused = <Request>(what: string, token: (request: Request) => string) =>
    answer((request: Request): Empty => {
      throw new Error(
        `${what} ${token(request)} is not implemented by the offline plugin; the official plugin does it`,
      );
    });

  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService as unknown as grpc.ServiceDefinition, {
    handshake: answer(() => new proto.ProviderHandshakeResponse().setAcceptSecrets(true)),
    getPluginInfo: answer(() => new PluginInfo().setVersion(plugin.version)),
    checkConfig: answer((request: proto.CheckRequest) =>
      new proto.CheckResponse()
        .setInputs(request.getNews())
        .setFailuresList(failures(plugin.checkConfiguration(values(request.getNews())))),
    ),
    diffConfig: answer((request: proto.DiffRequest) => {
      const [before, after] = [values(request.getOldInputs() ?? request.getOlds()), values(request.getNews())];
      const changed = JSON.stringify(before) !== JSON.stringify(after);
      const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
      return new proto.DiffResponse()
        .setChanges(changed ? DIFF_SOME : DIFF_NONE)
        .setReplacesList(plugin.replacesProvider(before, after));
    }),
    configure: answer((request: proto.ConfigureRequest) => {
      plugin.configure(values(request.getArgs()));
      return new proto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    check: answer(async (request: proto.CheckRequest) => {
      const asked = call(request, { inputs: values(request.getNews()), oldInputs: values(request.getOlds()) });
      const checked = await plugin.check(asked);
      return new proto.CheckResponse().setInputs(struct(checked.inputs)).setFailuresList(failures(checked.failures));
    }),
    diff: answer(async (request: proto.DiffRequest) => {
      const olds = { oldInputs: values(request.getOldInputs()), oldOutputs: values(request.getOlds()) };
      const asked = call(request, { id: request.getId(), inputs: values(request.getNews()), ...olds });
      return differenceResponse(await plugin.diff(asked));
    }),
    create: answer(async (request: proto.CreateRequest) => {
      const limits = { preview: request.getPreview(), timeoutSeconds: request.getTimeout() };
      const asked = call(request, { inputs: values(request.getProperties()), ...limits });
      const { id, outputs } = await settled(asked, plugin.create(asked));
      return new proto.CreateResponse().setId(id).setProperties(struct(outputs));
    }),
    read: answer(async (request: proto.ReadRequest) => {
      const olds = { oldInputs: values(request.getInputs()), oldOutputs: values(request.getProperties()) };
      const found = await plugin.read(call(request, { id: request.getId(), ...olds }));
      if (!found) return new proto.ReadResponse();
      const response = new proto.ReadResponse().setId(found.id).setProperties(struct(found.outputs));
      return response.setInputs(struct(found.inputs ?? {}));
    }),
    update: answer(async (request: proto.UpdateRequest) => {
      const olds = { oldInputs: values(request.getOldInputs()), oldOutputs: values(request.getOlds()) };
      const limits = { preview: request.getPreview(), timeoutSeconds: request.getTimeout() };
      const news = { inputs: values(request.getNews()), ignoreChanges: request.getIgnorechangesList() };
      const asked = call(request, { id: request.getId(), ...olds, ...limits, ...news });
      return new proto.UpdateResponse().setProperties(struct((await settled(asked, plugin.update(asked))).outputs));
    }),
    delete: answer(async (request: proto.DeleteRequest) => {
      const olds = { oldInputs: values(request.getOldInputs()), oldOutputs: values(request.getProperties()) };
      await plugin.delete(call(request, { id: request.getId(), timeoutSeconds: request.getTimeout(), ...olds }));
      return new Empty();
    }),
    invoke: refused("function", (request: proto.InvokeRequest) => request.getTok()),
    call: refused("method", (request: proto.CallRequest) => request.getTok()),
    construct: refused("component", (request: proto.ConstructRequest) => request.getType()),
    cancel: answer(() => {
      cancelling.abort();
      return new Empty();
    }),
  });
  process.on("SIGINT", () => process.exit(0));
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.exit(1), 1000).unref();
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
}
