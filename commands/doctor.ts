import { diagnose, isHealthy, renderFindings } from "../local/toolchain/doctor";

/** Prints what is known of each part; exits 1 where something is missing that the user has to mend. */
export async function doctor(): Promise<void> {
  const findings = await diagnose();
  console.log(renderFindings(findings));
  process.exitCode = isHealthy(findings) ? 0 : 1;
}
