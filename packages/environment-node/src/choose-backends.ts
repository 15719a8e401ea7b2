import { closest, type Configuration } from '@understory/core';
import { cliErrors } from '@understory/cli';

/** What `--backend` says. */
export interface BackendChoice {
  /** The id of the backend for every plugin that is not named. */
  readonly everything: string | undefined;
  /** Ids of backends by plugin, as both were written. */
  readonly byPlugin: readonly (readonly [plugin: string, backend: string])[];
}

/** The choice in texts such as `onnx` and `explain-gradcam=tfjs`; throws USAGE. */
export function parseBackends(texts: readonly string[]): BackendChoice {
  const byPlugin: (readonly [string, string])[] = [];
  let everything: string | undefined;
  for (const text of texts) {
    const parts = text.split('=').map((part) => part.trim());
    const [first = '', second] = parts;
    if (parts.length > 2 || parts.includes('')) throw wrong(`'${text}' chooses no backend.`);
    if (second !== undefined) byPlugin.push([first, second]);
    else if (everything === undefined) everything = first;
    else throw wrong(`'${text}' is a second backend for everything, after ${everything}.`);
  }
  return { everything, byPlugin };
}

/**
 * The configuration with what the command line says in the place of what the file says: a backend for everything takes the place
 * of all in the file, one for a plugin that of this plugin. Throws USAGE for a plugin that is named twice, and PLUGIN_UNKNOWN.
 */
export function withBackends(
  written: Configuration,
  { everything, byPlugin }: BackendChoice,
  plugins: readonly string[],
): Configuration {
  const chosen = new Map<string, string>();
  for (const [text, backend] of byPlugin) {
    const plugin = fullName(text, plugins);
    if (plugin === undefined) {
      const short = plugins.map(shortName);
      throw cliErrors.unknownPlugin({ plugin: text, plugins: short, suggestions: closest(text, short) });
    }
    const earlier = chosen.get(plugin);
    if (earlier !== undefined) {
      throw wrong(`'${text}=${backend}' is a second backend for ${shortName(plugin)}, after ${earlier}.`);
    }
    chosen.set(plugin, backend);
  }
  const named = Object.entries(written.backends ?? {}).map(([text, id]) => [fullName(text, plugins) ?? text, id]);
  const fromFile = everything === undefined ? Object.fromEntries(named) : {};
  const backend = everything ?? written.backend;
  return {
    plugins: written.plugins,
    ...(backend !== undefined && { backend }),
    backends: { ...fromFile, ...Object.fromEntries(chosen) },
  };
}

function fullName(text: string, plugins: readonly string[]): string | undefined {
  return plugins.find((name) => name === text) ?? plugins.find((name) => shortName(name) === text);
}

/** How a plugin may be called on the command line. */
export function shortName(plugin: string): string {
  return plugin.replace(/^@understory\//, '');
}

function wrong(message: string) {
  return cliErrors.usage({
    message,
    suggestion: 'Give --backend an id for everything, and PLUGIN=ID for each plugin that takes another.',
    command: 'understory',
  });
}
