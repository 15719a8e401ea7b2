import { basename, dirname, join } from 'node:path';
import { isDiagnosed } from '@understory/core';
import { parseDatasetSpec, resolveDatasetSpec } from '@understory/datasets';
import { studyErrors, type Environment } from '@understory/studies';
import { listZoo } from '@understory/zoo';
import { serverErrors } from './errors.ts';
import type { Places } from './places.ts';

/** An environment that reads what a page may name, and nothing else. */
export function confinedEnvironment(environment: Environment, places: Places): Environment {
  /** A data set such as `folder:photos`, or a path. */
  const confinedImages = async (from: string): Promise<string> => {
    const asPath = await places.findWhole(from).catch((error: unknown) => error as Error);
    if (typeof asPath === 'string') return asPath;
    const spec = parsedDataset(from);
    if (spec === undefined || !('format' in spec) || spec.format === undefined) throw asPath;
    const paths: string[] = [];
    resolveDatasetSpec(spec, (path) => (paths.push(path), path));
    const [path] = paths;
    if (path === undefined) return from;
    const found = await places.findWhole(path);
    if (found === path) return from;
    if ('path' in spec) return `${spec.format}:${found}`;
    throw serverErrors.pathNotServed({ path });
  };

  return {
    ...environment,
    async loadPlugins(request) {
      if (request.plugins.length > 0) throw serverErrors.pluginsNotServed(request);
      return environment.loadPlugins(request);
    },
    async findModel(name) {
      const dropped = await places.findDropped(name);
      if (dropped !== undefined) return environment.findModel(dropped);
      const isBundled = (await listZoo()).some((entry) => entry.name === name);
      return environment.findModel(isBundled ? name : await places.findWhole(name, { isModel: true }));
    },
    readLabels: async (path) => environment.readLabels(await places.find(path)),
    readVocabulary: async (path) => environment.readVocabulary(await places.find(path)),
    readTable: async (path) => environment.readTable(await places.find(path)),
    async findImages(asked) {
      const failures: { path: string; error: unknown }[] = [];
      const known = new Map<string, string>();
      for (const path of asked) {
        try {
          known.set(await places.find(path), path);
        } catch (error) {
          failures.push({ path, error });
        }
      }
      const found = await environment.findImages([...known.keys()]);
      const images = found.images.map((image) => ({
        ...image,
        path: known.get(image.path) ?? within(image.path, known),
        async picture() {
          await places.check(image.path);
          return image.picture();
        },
      }));
      return { images, failures: [...failures, ...found.failures] };
    },
    async chooseImages(images) {
      const { from } = images;
      if (typeof from === 'string') return environment.chooseImages({ ...images, from: await confinedImages(from) });
      const confined: string[] = [];
      for (const each of from) confined.push(await confinedImages(each));
      return environment.chooseImages({ ...images, from: confined });
    },
    async findTargetReference(request) {
      const { path, target, masks } = request;
      if (path !== undefined)
        return environment.findTargetReference({ ...request, path: await places.findWhole(path) });
      // Samples beside a checkout lie in no folder that is served.
      const found = 'no path to one';
      throw studyErrors.targetImageMissing({ masks, target, found, lookedFor: [target.label ?? String(target.index)] });
    },
  };
}

function parsedDataset(from: string): ReturnType<typeof parseDatasetSpec> | undefined {
  try {
    return parseDatasetSpec(from);
  } catch (error) {
    if (isDiagnosed(error)) return undefined;
    throw error;
  }
}

/** A picture of a folder as the page names the folder. */
function within(path: string, known: ReadonlyMap<string, string>): string {
  const folder = known.get(dirname(path));
  return folder === undefined ? path : join(folder, basename(path));
}
