/** The process behind `startLoopback`: `loopback-main.ts FROM TO PORT...`. */
import { forward } from "./forward";

const [from, to, ...ports] = process.argv.slice(2);
if (!from || !to || ports.length === 0) throw new Error("usage: loopback-main.ts FROM TO PORT...");
Promise.all(ports.map((port) => forward({ from, to, port: Number(port) }))).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
