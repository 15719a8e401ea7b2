import { layerErrors } from './layer.ts';
import { modelErrors } from './model.ts';
import { pluginErrors } from './plugin.ts';
import { probeErrors } from './probe.ts';
import { targetErrors } from './target.ts';

export { isDiagnosed, isPluginFault, UnderstoryError, type Diagnosis, type Remedy, type Setting } from './diagnosis.ts';
export { didYouMean, tryInstead } from './words.ts';

/** Every error of core and of those that packages share, by what went wrong. */
export const errors = { ...layerErrors, ...modelErrors, ...targetErrors, ...pluginErrors, ...probeErrors } as const;
