import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Values } from "../../kubernetes/json";
import { changes, pathText, type Change } from "../../kubernetes/difference";
import { conceal, OFFLINE_MARKER } from "./values";

/** One operation that the engine asks for. Inputs and outputs carry secret and unknown markers. */
export interface Call {
  /** The type token, e.g. `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly urn: string;
  readonly id: string;
  readonly inputs: Values;
  readonly oldInputs: Values;
  readonly oldOutputs: Values;
  /** True when nothing may be changed. */
  readonly preview: boolean;
  /** Seconds the program grants the operation; 0 where it says nothing. */
  readonly timeoutSeconds: number;
  readonly ignoreChanges: readonly string[];
  /** Aborted when the user cancels the update. */
  readonly cancelled: AbortSignal;
  /** Shows a line beside the resource until the next one, or a warning that stays. */
  readonly report: (line: string, warning?: boolean) => void;
}

/** Every change, and whether a replaced object must go before the new one comes. */
export type Difference = { readonly changes: readonly Change[]; readonly deleteBeforeReplace: boolean };

/** A resource after an operation. `problems` tells why it exists but isn't ready; the state keeps it nevertheless. */
export type Outcome = { id: string; inputs?: Values; outputs: Values; problems?: readonly string[] };

/** What a plugin of one Pulumi package does; any method may throw an error whose message is meant for the user. */
export interface ResourcePlugin {
  readonly version: string;
  configure(settings: Values): void;
  /** The inputs as they should be kept. */
  check(call: Call): Promise<Values>;
  diff(call: Call): Difference;
  create(call: Call): Promise<Outcome>;
  /** Undefined when the resource is gone. */
  read(call: Call): Promise<Outcome | undefined>;
  update(call: Call): Promise<Outcome>;
  delete(call: Call): Promise<void>;
}

/** Why something of the package isn't to be had here. */
export const notImplemented = (what: string): string =>
  `${what} is not implemented by the offline plugin; the official plugin does it`;

const OFFICIAL_STATE =
  "the stack was last updated with the official plugin, whose state the offline plugin can't carry on: run it with the " +
  "official plugin, or destroy the stack with that one first";

/** A request message by its getters; which of them it has depends on the method. */
type Request = Record<string, (() => unknown) | undefined>;
const values = (request: Request, getter: string) => (request[getter]?.() as Struct | undefined)?.toJavaScript() ?? {};
const struct = (object: Values) => Struct.fromJavaScript(object);

/** Fails where a resource exists but isn't ready: the state keeps it, and line by line why. */
function ready({ problems = [], ...outcome }: Outcome): Outcome {
  if (problems.length) throw Object.assign(new Error(problems.join("\n")), { outcome });
  return outcome;
}

function failure(error: Error & { outcome?: Outcome }): Partial<grpc.ServiceError> {
  const [code, details] = [grpc.status.UNKNOWN, error.message];
  if (!error.outcome) return { code, details };
  const { id, inputs = {}, outputs } = error.outcome;
  const detail = new proto.ErrorResourceInitFailed().setId(id).setProperties(struct(outputs)).setInputs(struct(inputs));
  const any = new Any();
  any.pack(detail.setReasonsList(details.split("\n")).serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const metadata = new grpc.Metadata();
  const status = new Status().setCode(code).setMessage(details).setDetailsList([any]);
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code, details, metadata };
}

function differenceResponse({ changes, deleteBeforeReplace }: Difference): proto.DiffResponse {
  const kinds = {
    add: proto.PropertyDiff.Kind.ADD,
    delete: proto.PropertyDiff.Kind.DELETE,
    update: proto.PropertyDiff.Kind.UPDATE,
  };
  const { DIFF_SOME, DIFF_NONE } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse().setChanges(changes.length ? DIFF_SOME : DIFF_NONE).setHasdetaileddiff(true);
  for (const { path, kind, replaces } of changes) {
    // Each kind is followed in the protocol by its replacing twin.
    const diff = new proto.PropertyDiff().setKind(kinds[kind] + Number(replaces ?? 0)).setInputdiff(true);
    response.getDetaileddiffMap().set(pathText(path), diff);
    response.addDiffs(String(path[0]));
    if (replaces) response.addReplaces(String(path[0]));
  }
  return response.setDeletebeforereplace(deleteBeforeReplace);
}

/**
 * Serves a plugin to the engine, which starts one process for each provider instance: prints the port as the first line
 * and ends at once on SIGINT or when the engine is gone.
 *
 * @param engineAddress host and port of the engine, which takes the log lines.
 */
export function serve(plugin: ResourcePlugin, engineAddress: string): void {
  const engine = new EngineClient(engineAddress, grpc.credentials.createInsecure());
  const cancelling = new AbortController();
  const answer =
    (respond: (request: Request) => object | Promise<object>): grpc.handleUnaryCall<Request, object> =>
    ({ request }, done) =>
      void (async () => respond(request))().then(
        (response) => done(null, response),
        (error: Error) => done(failure(error)),
      );
  /** Answers a method about a resource, given the getters of its inputs, old inputs and old outputs. */
  const operation = (getters: [string, string, string], perform: (call: Call) => object | Promise<object>) =>
    answer(async (request) => {
      const urn = String(request.getUrn?.());
      const [inputs, oldInputs, oldOutputs] = getters.map((getter) => values(request, getter)) as [
        Values,
        Values,
        Values,
      ];
      const told = (message: string) => conceal([inputs, oldInputs, oldOutputs], message);
      if (Object.keys(oldOutputs).length && !(OFFLINE_MARKER in oldOutputs)) throw new Error(OFFICIAL_STATE);
      const report = (line: string, warning = false) => {
        const severity = warning ? LogSeverity.WARNING : LogSeverity.INFO;
        const log = new LogRequest().setUrn(urn).setMessage(told(line)).setSeverity(severity).setEphemeral(!warning);
        engine.log(log, () => undefined); // a lost line fails nothing
      };
      const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
      const [id, preview] = [(request.getId?.() ?? "") as string, request.getPreview?.() === true];
      const timeoutSeconds = Number(request.getTimeout?.() ?? 0);
      const ignoreChanges = (request.getIgnorechangesList?.() ?? []) as string[];
      const asked = { type, urn, id, inputs, oldInputs, oldOutputs, preview, timeoutSeconds, ignoreChanges, report };
      try {
        return await perform({ ...asked, cancelled: cancelling.signal });
      } catch (error) {
        throw Object.assign(error as Error, { message: told((error as Error).message) });
      }
    });
  const refused = answer((request) => {
    throw new Error(notImplemented(String(request.getTok?.() ?? request.getType?.())));
  });

  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, {
    ...{ invoke: refused, call: refused, construct: refused },
    getPluginInfo: answer(() => new PluginInfo().setVersion(plugin.version)),
    diffConfig: answer((request) => {
      const changed = changes(values(request, "getOldInputs"), values(request, "getNews")).map(({ path }) =>
        String(path[0]),
      );
      // Another cluster means every object anew; anything else, such as renewed credentials, changes none.
      const elsewhere = changed.filter((name) => name === "clusterIdentifier");
      return new proto.DiffResponse()
        .setChanges(changed.length ? 2 : 1)
        .setDiffsList(changed)
        .setReplacesList(elsewhere);
    }),
    configure: answer((request) => {
      plugin.configure(values(request, "getArgs"));
      return new proto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    check: operation(["getNews", "getOlds", ""], async (call) =>
      new proto.CheckResponse().setInputs(struct(await plugin.check(call))),
    ),
    diff: operation(["getNews", "getOldInputs", "getOlds"], (call) => differenceResponse(plugin.diff(call))),
    create: operation(["getProperties", "", ""], async (call) => {
      const { id, outputs } = ready(await plugin.create(call));
      return new proto.CreateResponse().setId(id).setProperties(struct(outputs));
    }),
    read: operation(["", "getInputs", "getProperties"], async (call) => {
      const { id = "", inputs = {}, outputs } = (await plugin.read(call)) ?? {};
      if (!outputs) return new proto.ReadResponse(); // no id: it is gone
      return new proto.ReadResponse().setId(id).setProperties(struct(outputs)).setInputs(struct(inputs));
    }),
    update: operation(["getNews", "getOldInputs", "getOlds"], async (call) =>
      new proto.UpdateResponse().setProperties(struct(ready(await plugin.update(call)).outputs)),
    ),
    delete: operation(["", "getOldInputs", "getProperties"], async (call) => {
      await plugin.delete(call);
      return new Empty();
    }),
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
