import { UnderstoryError } from '@understory/core';

/** Every error of the environment, by what went wrong. */
export const environmentErrors = {
  pathNotOffered({ path, roots }: { path: string; roots: readonly string[] }) {
    return new UnderstoryError({
      code: 'PATH_NOT_OFFERED',
      message: `This machine offers no "${path}".`,
      found: 'nothing of that name in the folders that it offers, or a link that leads out of them',
      expected: `a file or folder within ${roots.join(', ')}`,
      next: 'Offer the folder that holds it, or copy it into one that is offered.',
      remedy: { kind: 'settings', settings: [{ name: 'modelRoot' }, { name: 'dataRoot' }] },
    });
  },

  pluginNotOffered({ plugin, known }: { plugin: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'PLUGIN_NOT_OFFERED',
      message: `This machine does not offer the plugin "${plugin}".`,
      found: `"${plugin}"`,
      expected: `one of ${known.join(', ')}`,
      next: 'Add it to the configuration of the worker: it loads nothing that others name.',
      remedy: { kind: 'settings', settings: [{ name: 'plugin' }] },
    });
  },

  noUseForBackend({ plugin }: { plugin: string }) {
    return new UnderstoryError({
      code: 'USAGE',
      message: `The plugin ${plugin} does not use a backend.`,
      found: `a backend for ${plugin}`,
      expected: 'a backend for a plugin of explainers, metrics, probes or attacks',
      next: 'Leave it out, or name another plugin.',
      remedy: { kind: 'list', of: 'plugins' },
    });
  },

  backendTwice({ plugin, backends: [first, second] }: { plugin: string; backends: readonly [string, string] }) {
    return new UnderstoryError({
      code: 'USAGE',
      message: `'${plugin}=${second}' is a second backend for ${plugin}, after ${first}.`,
      found: `two backends for ${plugin}`,
      expected: 'one for each plugin',
      next: 'Omit one of them.',
    });
  },

  imageNotFound({ path }: { path: string }) {
    return new UnderstoryError({
      code: 'IMAGE_NOT_FOUND',
      message: `There is no image "${path}".`,
      found: 'neither a file nor a folder',
      expected: 'an image, a folder of images, or a pattern such as "photos/*.jpg"',
      next: 'Check the path.',
    });
  },

  noImages({ path, endings }: { path: string; endings: readonly string[] }) {
    return new UnderstoryError({
      code: 'NO_IMAGES',
      message: `The folder "${path}" holds no images.`,
      found: `no file that ends in ${endings.join(', ')}; folders within it are not searched`,
      expected: 'at least one image',
      next: `Name another folder, or give a pattern such as "${path}/**/*.jpg".`,
    });
  },

  patternMatchesNothing({ pattern }: { pattern: string }) {
    return new UnderstoryError({
      code: 'NO_IMAGES',
      message: `No file matches the pattern "${pattern}".`,
      found: 'no file',
      expected: 'at least one image',
      next: 'Check the pattern; *, ?, **, [a-z] and {a,b} are supported.',
    });
  },

  fileNotReadable({ path, reason, cause }: { path: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'FILE_NOT_READABLE',
      message: `"${path}" cannot be read.`,
      found: reason,
      expected: 'a file that can be opened',
      next: 'Check the path and its permissions.',
      cause,
    });
  },

  configurationNotReadable({ path, reason, cause }: { path: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'CONFIGURATION_INVALID',
      message: `The configuration "${path}" cannot be read.`,
      found: reason,
      expected: 'a JSON object, or a module that exports one as its default',
      next: 'Correct the file or remove it.',
      cause,
    });
  },

  twoConfigurations({ paths }: { paths: readonly string[] }) {
    return new UnderstoryError({
      code: 'CONFIGURATION_INVALID',
      message: 'There is more than one configuration.',
      found: paths.join(' and '),
      expected: 'one of them',
      next: 'Remove one of the two files.',
    });
  },

  unknownPlugin({
    plugin,
    plugins,
    suggestions: [suggestion],
  }: {
    plugin: string;
    plugins: readonly string[];
    suggestions: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'PLUGIN_UNKNOWN',
      message: `No plugin "${plugin}" is loaded that a backend could be chosen for.`,
      found: `"${plugin}"`,
      expected: `one of ${plugins.join(', ')}`,
      next: suggestion === undefined ? 'Add it to the plugins.' : `Did you mean "${suggestion}"?`,
      remedy: suggestion === undefined ? { kind: 'settings', settings: [{ name: 'plugin' }] } : undefined,
    });
  },

  patternTooLarge({ pattern, most }: { pattern: string; most: number }) {
    return new UnderstoryError({
      code: 'PATTERN_TOO_LARGE',
      message: `The pattern "${pattern.slice(0, 80)}${pattern.length > 80 ? ' ...' : ''}" expands to too many patterns.`,
      found: `more than ${most} patterns without braces`,
      expected: `at most ${most}`,
      next: 'Use * or ? instead of some braces.',
    });
  },

  outputNotWritable({ path, reason, cause }: { path: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'OUTPUT_NOT_WRITABLE',
      message: `"${path}" cannot be written.`,
      found: reason,
      expected: 'a folder that can be created and written to',
      next: 'Name another place.',
      remedy: { kind: 'settings', settings: [{ name: 'out' }] },
      cause,
    });
  },
};
