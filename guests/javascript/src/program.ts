import { guestConsole } from "./console.ts";

/** The interface `wasi:cli/run`. */
export type Run = { run(): void };

/**
 * Returns the entry of a program: `export const run = program(() => { ... });`. The run ends with status 0 if the function returns. If it
 * throws, the error goes to the host's log, and the status is 1.
 */
export function program(main: () => void): Run {
  return {
    run() {
      try {
        main();
      } catch (error) {
        guestConsole.error(error);
        // The error of `wasi:cli/run` has no value.
        throw undefined;
      }
    },
  };
}
