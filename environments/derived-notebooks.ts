import { pageName } from "../components/jupyter/settings";
import type { Draft } from "./draft";
import { valueAt } from "./settings";

const root = "hamilton:notebooks";

/**
 * Who may log in is decided anew: a notebook whose people log in at the site's service is left out, unless the caller
 * says who. A notebook with a token goes along, since the new environment generates another one.
 */
export function leaveOutLogins(draft: Draft): void {
  for (const name of Object.keys(valueAt(draft.values, [root]) ?? {})) {
    const login = [root, name, "login"];
    if (valueAt(draft.values, [...login, "kind"]) !== "oidc") continue;
    if (draft.isSet([...login, "groups"]) || draft.isSet([...login, "emails"])) continue;
    draft.drop([root, name], "who may log in is decided anew");
    draft.drop(["hamilton:ingress", "hosts", pageName(name)], "it is the page of that notebook");
  }
}
