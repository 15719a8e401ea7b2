import { isJsonObject, type ModelFacts } from '@understory/core';

/** What a model makes of a cosine: `scale x cosine + bias`, and probabilities of one caption of several, or of each by itself. */
export interface Head {
  readonly scale: number;
  /** Undefined of a model of SigLIP's kind whose bias nothing tells, so that probabilities are not known. */
  readonly bias: number | undefined;
  /** `softmax` over the captions, or a `sigmoid` for each. */
  readonly probabilities: 'softmax' | 'sigmoid';
  /** Whether the scale was found, or is the usual one. */
  readonly isAssumed: boolean;
}

/** CLIP's scale is held at this while it is trained, and ends there. */
const usualScale = 100;

/** A scale is learned as its logarithm, which stays far below this; a larger number is the scale itself. */
const largestLogarithm = 10;

/**
 * The head of a model in two files, as its folder or files say it: `logit_scale` and `logit_bias` of `config.json`, of its `model_cfg`, or of a
 * model file's metadata; the scale is the learned logarithm, or the scale itself where it is above 10. Initial values of a
 * configuration (`logit_scale_init_value`) are no learned ones. SigLIP is told by its name, or by a bias.
 */
export function headOf({ folder, text }: ModelFacts): Head {
  const { config = {}, metadata = {} } = folder;
  const places = [config, objectOf(config['model_cfg']), metadata, text?.model?.metadata ?? {}];
  const numberOf = (name: string) => places.map((place) => asNumber(place[name])).find((value) => value !== undefined);
  const learned = numberOf('logit_scale');
  const bias = numberOf('logit_bias');
  const probabilities = bias !== undefined || isSigLip(config) ? 'sigmoid' : 'softmax';
  return {
    scale: learned === undefined ? usualScale : learned > largestLogarithm ? learned : Math.exp(learned),
    bias: probabilities === 'sigmoid' ? bias : 0,
    probabilities,
    isAssumed: learned === undefined,
  };
}

/** By the names of Hugging Face, or by the bias that open_clip starts from. */
export function isSigLip(config: Readonly<Record<string, unknown>>): boolean {
  const { model_type: type, architectures, model_cfg: nested } = config;
  const names = [type, ...(Array.isArray(architectures) ? (architectures as readonly unknown[]) : [])];
  const isNamed = names.some((name) => typeof name === 'string' && /siglip/i.test(name));
  return isNamed || 'init_logit_bias' in config || 'init_logit_bias' in objectOf(nested);
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isJsonObject(value) ? value : {};
}

function asNumber(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
