import { closest, type Configuration } from '@understory/core';
import type { PluginRequest } from '@understory/studies';
import { shortName } from '@understory/studies/results';
import { environmentErrors } from './errors.ts';

/**
 * The configuration with what is asked for in the place of what the file says: a backend for everything takes the place
 * of all in the file, one for a plugin that of this plugin. Throws BACKEND_TWICE and PLUGIN_UNKNOWN.
 */
export function withBackends(
  written: Configuration,
  { backend: everything, backends: byPlugin }: Pick<PluginRequest, 'backend' | 'backends'>,
  plugins: readonly string[],
): Configuration {
  const chosen = new Map<string, string>();
  for (const [text, backend] of Object.entries(byPlugin)) {
    const plugin = fullName(text, plugins);
    if (plugin === undefined) {
      const short = plugins.map(shortName);
      throw environmentErrors.unknownPlugin({ plugin: text, plugins: short, suggestions: closest(text, short) });
    }
    const earlier = chosen.get(plugin);
    if (earlier !== undefined) {
      throw environmentErrors.backendTwice({ plugin: shortName(plugin), backends: [earlier, backend] });
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
