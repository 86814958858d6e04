import { PolicyPack } from "@pulumi/policy";
import { houseExceptions } from "./exceptions";
import { policiesOf } from "./pack";
import { rules } from "./rules";

// Made for its effect: a pack serves the engine from the moment it exists.
new PolicyPack("hamilton", { enforcementLevel: "mandatory", policies: policiesOf(rules, houseExceptions()) });
