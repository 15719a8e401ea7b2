export * from './engine/engine.ts';
export { openEngine, type EngineParts } from './engine/open-engine.ts';
export { studioErrors } from './errors.ts';
export { answerParts, httpEngine, type HttpEngineOptions } from './wire/http.ts';
export { callMethod, methods } from './wire/methods.ts';
export { pack, unpack } from './wire/pack.ts';
export { portEngine, servePort, type Port } from './wire/port.ts';
export { commandArguments, commandLine } from './words/command-line.ts';
