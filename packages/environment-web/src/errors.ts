import { didYouMean, someOf, UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const webErrors = {
  fileNotGiven({ path, near }: { path: string; near: readonly string[] }) {
    return new UnderstoryError({
      code: 'FILE_NOT_READABLE',
      message: `There is no file "${path}".`,
      found: 'nothing that the page was given under this path',
      expected: 'a file that was added',
      next: didYouMean(near, 'Add the file first.'),
    });
  },

  fileNotFetched({ path, url, reason, cause }: { path: string; url: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'FILE_NOT_READABLE',
      message: `"${path}" cannot be read.`,
      found: `${url}: ${reason}`,
      expected: 'a file that the page can fetch',
      next: 'Check the address, and whether the server lets this page read it.',
      cause,
    });
  },

  modelNotGiven({ model, near }: { model: string; near: readonly string[] }) {
    return new UnderstoryError({
      code: 'MODEL_NOT_FOUND',
      message: `There is no model "${model}".`,
      found: 'neither a file nor a folder that the page was given',
      expected: 'the path of a model file or of a model folder that was added',
      next: didYouMean(near, 'Add its files first.'),
    });
  },

  imageNotGiven({ path, near }: { path: string; near: readonly string[] }) {
    return new UnderstoryError({
      code: 'IMAGE_NOT_FOUND',
      message: `There is no image "${path}".`,
      found: 'neither a file nor a folder that the page was given',
      expected: 'the path of an image, or of a folder of images, that was added',
      next: didYouMean(near, 'Add the image first.'),
    });
  },

  noImages({ folder, endings }: { folder: string; endings: readonly string[] }) {
    return new UnderstoryError({
      code: 'NO_IMAGES',
      message: `The folder "${folder}" holds no images.`,
      found: `no file that ends in ${endings.join(', ')}; folders within it are not searched`,
      expected: 'at least one image',
      next: 'Name another folder, or the images one by one.',
    });
  },

  pluginNotLoaded({ plugin, plugins }: { plugin: string; plugins: readonly string[] }) {
    return new UnderstoryError({
      code: 'PLUGIN_NOT_FOUND',
      message: `The page has no plugin "${plugin}".`,
      found: `"${plugin}"`,
      expected: `one of those that the page was built with: ${someOf(plugins)}`,
      next: 'Leave it out, or build the page with it.',
    });
  },

  noPrivateFiles({ cause }: { cause?: unknown }) {
    return new UnderstoryError({
      code: 'STORAGE_UNAVAILABLE',
      message: 'The browser keeps no files for this page.',
      found: 'no origin private file system',
      expected: 'a page from https or from localhost, outside private windows of some browsers',
      next: 'Keep the run in memory, or open the page in another way.',
      cause,
    });
  },

  modelNotKept({ id }: { id: string }) {
    return new UnderstoryError({
      code: 'MODEL_NOT_FOUND',
      message: 'This model is not kept in the browser.',
      found: `nothing under ${id}`,
      expected: 'the id of a model that was kept',
      next: 'List the models that are kept; the browser may have removed some to make room.',
    });
  },
} as const;
