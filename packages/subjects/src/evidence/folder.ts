import type { ModelFacts, ModelFolder } from '@understory/core';

/** What a model's folder says of its task. */
export interface FolderFacts {
  /** As `config.json` names them, such as `ViTForImageClassification`. */
  readonly architectures: readonly string[];
  readonly problemType: string | undefined;
  /** The task by its name, such as `image-classification`. */
  readonly task: string | undefined;
  /** How many classes it says there are; 0 of a network without a head. */
  readonly classCount: number | undefined;
  /** The characters that a reader of text knows, in its order. */
  readonly characters: readonly string[] | undefined;
}

export function folderFacts({ config = {}, metadata = {} }: ModelFolder): FolderFacts {
  const { architectures, architecture, problem_type: problem, task, num_classes: own, pretrained_cfg: timm } = config;
  const { num_classes: pretrained } = Object(timm) as { readonly num_classes?: unknown };
  const names = Array.isArray(architectures) ? architectures : [];
  return {
    architectures: names.filter((name) => typeof name === 'string'),
    problemType: typeof problem === 'string' ? problem : undefined,
    task: textOf(task) ?? textOf(metadata['task']),
    classCount:
      typeof architecture === 'string' || timm !== undefined ? (numberOf(own) ?? numberOf(pretrained)) : undefined,
    characters: charactersOf(config),
  };
}

/** Labels that say something: those that a training script numbers by itself name nothing where there is only one. */
export function labelsOf({ labels }: ModelFacts): readonly string[] | undefined {
  return labels?.length === 1 && /^LABEL_0$/i.test(labels[0]!) ? undefined : labels;
}

function charactersOf(config: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  for (const name of ['vocab', 'characters', 'charset', 'alphabet']) {
    const { [name]: value } = config;
    if (typeof value === 'string' && value !== '') return [...value];
    if (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')) return value;
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
