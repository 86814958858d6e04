import { refuseMixedState } from "../plugins/mixed-state";
import { type Engine, exportedState } from "./engine";

/**
 * Refuses to go on where the stack was last updated with the other kind of plugin.
 *
 * @throws StepError with the reason and both ways out
 */
export async function guardState(engine: Engine): Promise<void> {
  refuseMixedState(await exportedState(engine), engine.plugins);
}
