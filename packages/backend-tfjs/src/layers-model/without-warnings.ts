/**
 * Starts some work during which TensorFlow.js prints nothing: what its layers print of shapes and initialisers is refused as an
 * error where it matters, and stderr belongs to the program. Only the synchronous part of the work is quiet.
 */
export function withoutWarnings<T>(work: () => T): T {
  const printer = globalThis.console;
  const { warn } = printer;
  printer.warn = () => undefined;
  try {
    return work();
  } finally {
    printer.warn = warn;
  }
}
