import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** What a URN is made of. */
export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  /** The parent's URN; empty for a child of the stack. */
  readonly parent: string;
  readonly type: string;
  readonly name: string;
}

/** The URN that the engine gives a resource: `urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>`. */
export function childUrn({ stack, project, parent, type, name }: UrnParts): string {
  const chain = parent === "" ? "" : (parent.split("::")[2] ?? "");
  // The stack itself is a parent in the state, and never part of its children's types.
  const qualified = chain === "" || chain === "pulumi:pulumi:Stack" ? type : `${chain}$${type}`;
  return ["urn:pulumi:" + stack, project, qualified, name].join("::");
}

/** The type and the name that a URN ends with. */
export function urnTypeAndName(urn: string): { readonly type: string; readonly name: string } {
  const [, , qualified = "", ...name] = urn.split("::");
  return { type: qualified.split("$").at(-1) ?? "", name: name.join("::") };
}

/**
 * Every URN that a resource may have in an older state, as the engine works them out: from its own aliases, from its
 * parent's, and from both together.
 */
export function aliasUrns(
  urn: string,
  request: RegisterResourceRequest,
  parentAliases: readonly string[],
): readonly string[] {
  const [stackPart = "", project = ""] = urn.split("::");
  const stack = stackPart.replace("urn:pulumi:", "");
  const [parent, type, name] = [request.getParent(), request.getType(), request.getName()];
  const found = new Set<string>(request.getAliasurnsList());
  const childrenOf = (each: string, ofType: string, called: string) => {
    // A child that carries its parent's name is renamed along with it.
    const [now, then] = [urnTypeAndName(parent).name, urnTypeAndName(each).name];
    const inherited = parent !== "" && called.startsWith(now) ? then + called.slice(now.length) : called;
    return childUrn({ stack, project, parent: each, type: ofType, name: inherited });
  };
  for (const each of parentAliases) found.add(childrenOf(each, type, name));
  for (const alias of request.getAliasesList()) {
    const spec = alias.getSpec();
    if (spec === undefined) {
      found.add(alias.getUrn());
      continue;
    }
    const parts = {
      stack: spec.getStack() || stack,
      project: spec.getProject() || project,
      parent: spec.getNoparent() ? "" : spec.getParenturn() || parent,
      type: spec.getType() || type,
      name: spec.getName() || name,
    };
    found.add(childUrn(parts));
    if (parts.parent === parent) for (const each of parentAliases) found.add(childrenOf(each, parts.type, parts.name));
  }
  found.delete(urn);
  return [...found];
}
