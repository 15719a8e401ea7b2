import { OnnxBackend } from '@understory/backend-onnx';
import type { ModelFacts, QuestionAnswerer, SubjectReading, SubjectSettings } from '@understory/core';
import { questionAnswering } from '@understory/probe-mdetr';
import { resolveModel } from '@understory/zoo';

export interface OpenedAnswerer {
  readonly answerer: QuestionAnswerer;
  readonly facts: ModelFacts;
  readonly reading: SubjectReading;
  close(): Promise<void>;
}

/** What is known of a model as a user names it. */
async function factsOf(path: string): Promise<ModelFacts> {
  const { source, text, labels, config } = await resolveModel(path);
  const tokenizer = await text?.tokenizer();
  const vocabularies = ((await text?.vocabularies()) ?? []).map((each) => ({ ...each, isAsked: false }));
  return {
    model: await new OnnxBackend().open(source),
    folder: config ? { config } : {},
    labels,
    text: { ...(tokenizer && { tokenizer: tokenizer.tokenizer, tokenizerConfig: tokenizer.settings }), vocabularies },
  };
}

export async function openAnswerer(path: string, settings: SubjectSettings = {}): Promise<OpenedAnswerer> {
  const facts = await factsOf(path);
  const close = () => facts.model.close();
  try {
    const [reading, ...others] = questionAnswering.readings(facts);
    if (reading === undefined || others.length > 0) throw new Error(`${others.length} more readings of ${path}`);
    return {
      ...{ answerer: (await questionAnswering.open(facts, reading, settings)) as QuestionAnswerer, facts, reading },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
