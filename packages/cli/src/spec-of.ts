import type { Layout } from '@understory/core';
import { readIds } from '@understory/environment-node';
import { specVersion, type PluginRequest, type StudySpecInput } from '@understory/studies';
import type { RunningOptions, SelectionOptions, TensorOptions } from './options.ts';
import type { PreprocessingFlags } from './preprocessing-options.ts';
import { parseBackends } from './parse-backends.ts';

/** The options from which every study's spec is made. */
export type StudyFlags = Partial<PreprocessingFlags & TensorOptions> &
  RunningOptions & {
    readonly model: string;
    readonly layer?: string | undefined;
    readonly layout?: Layout | undefined;
    readonly seed?: number | undefined;
  };

type Common = Omit<Extract<StudySpecInput, { study: 'evaluate' }>, 'study' | 'images'>;

/** What of a spec flags say that all studies have; what they do not say is left out. */
export function commonSpec(flags: StudyFlags): Pick<Common, 'version' | 'model'> & Partial<Common> {
  const { mean, std, size, resize, crop, filter, inputRange, channelOrder } = flags;
  const { fit, longest, multiple, pad, padPosition, padFill } = flags;
  const preprocessing = defined({
    ...{ mean, std, size, resize, crop, filter, inputRange, channelOrder },
    ...{ fit, longest, multiple, pad, padPosition, padFill },
  });
  return {
    version: specVersion,
    model: flags.model,
    ...defined({
      task: flags.task,
      input: flags.input,
      output: flags.output,
      logits: flags.logits,
      feed: flags.feed,
      to: flags.to,
      captions: flags.text,
      against: flags.against,
      question: flags.question,
      vocabulary: flags.vocabulary,
      labels: flags.labels,
      layer: flags.layer,
      layout: flags.layout,
    }),
    ...(Object.keys(preprocessing).length > 0 && { preprocessing }),
    ...(flags.plugin && { plugins: flags.plugin }),
    ...parseBackends(flags.backend),
    ...(flags.device?.everywhere && { devices: flags.device.everywhere }),
    ...(Object.keys(flags.device?.byBackend ?? {}).length > 0 && { devicesOf: flags.device!.byBackend }),
    ...defined({ threads: flags.threads, seed: flags.seed }),
  } as Pick<Common, 'version' | 'model'> & Partial<Common>;
}

/** The images of a spec; throws FILE_NOT_READABLE for a list of ids that cannot be read. */
export async function imagesSpec(
  from: string | readonly string[],
  { split, limit, offset, ids, onlyCorrect }: SelectionOptions,
  cwd: string,
): Promise<StudySpecInput['images']> {
  return {
    from: typeof from === 'string' ? from : [...from],
    ...defined({ split, limit, offset, onlyCorrect }),
    ...(ids !== undefined && { ids: [...(await readIds(ids, cwd))] }),
  };
}

/** An object without the fields that are undefined. */
export function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** What of a spec says which plugins are loaded. */
export function pluginsOf({ plugins = [], backend, backends = {} }: Partial<Common>): PluginRequest {
  return { plugins, backend, backends };
}
