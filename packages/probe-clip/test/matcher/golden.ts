import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { OnnxBackend } from '@understory/backend-onnx';
import {
  elementCount,
  float32,
  tensor,
  toFloat32,
  type ImageTextMatcher,
  type Model,
  type ModelFacts,
  type SubjectSettings,
  type Tensor,
} from '@understory/core';
import { imageTextMatching } from '@understory/probe-clip';
import { resolveModel } from '@understory/zoo';

/** What PyTorch computes of a small model of pictures and captions; `fixtures/golden/README.md` describes the format. */
export interface Golden {
  readonly captions: readonly string[];
  readonly scale: number;
  readonly bias: number;
  readonly layers: readonly { readonly module: string; readonly gradcam: string; readonly contrast: string }[];
  /** `[2, 3, S, S]`, as the model is fed. */
  readonly image: Tensor<'float32'>;
  rows(name: string): readonly Float32Array[];
  values(name: string): Float32Array;
}

export const clipFolder = (path: string) =>
  fileURLToPath(new URL(`../../../../fixtures/golden/clip/${path}`, import.meta.url));

export async function readGolden(name: string): Promise<Golden> {
  const json = JSON.parse(await readFile(clipFolder(`${name}/golden.json`), 'utf8')) as Golden & {
    readonly tensors: readonly { name: string; type: 'float32' | 'float16'; dims: readonly number[]; offset: number }[];
  };
  const file = await readFile(clipFolder(`${name}/golden.bin`));
  const read = (wanted: string) => {
    const { type, dims, offset } = json.tensors.find((each) => each.name === wanted)!;
    const count = elementCount(dims);
    const bytes = Uint8Array.from(file.subarray(offset, offset + count * (type === 'float32' ? 4 : 2))).buffer;
    return type === 'float32'
      ? tensor(type, new Float32Array(bytes), dims)
      : tensor(type, new Uint16Array(bytes), dims);
  };
  const image = read('image');
  return {
    ...json,
    image: float32(toFloat32(image), image.dims),
    values: (wanted) => toFloat32(read(wanted)),
    rows(wanted) {
      const { dims } = read(wanted);
      const values = toFloat32(read(wanted));
      const size = values.length / dims[0]!;
      return Array.from({ length: dims[0]! }, (_, at) => values.slice(at * size, (at + 1) * size));
    },
  };
}

export interface OpenedMatcher {
  readonly matcher: ImageTextMatcher;
  readonly facts: ModelFacts;
  close(): Promise<void>;
}

/** A model as a user names it, found, opened with ONNX Runtime and read as a model of pictures and captions. */
export async function openMatcher(path: string, settings: SubjectSettings = {}): Promise<OpenedMatcher> {
  const facts = await factsOf(path);
  const close = async () => {
    await facts.model.close();
    await facts.text?.model?.close();
  };
  try {
    const [reading, ...others] = imageTextMatching.readings(facts);
    if (reading === undefined || others.length > 0) throw new Error(`${others.length} more readings of ${path}`);
    return { matcher: (await imageTextMatching.open(facts, reading, settings)) as ImageTextMatcher, facts, close };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function factsOf(path: string): Promise<ModelFacts> {
  const { source, text, config } = await resolveModel(path);
  const backend = new OnnxBackend();
  const model: Model = await backend.open(source);
  const tower = text?.source && (await backend.open(text.source));
  const found = await text?.tokenizer();
  return {
    model,
    folder: { ...(config && { config }), metadata: model.metadata ?? {} },
    text: {
      ...(tower && { model: tower }),
      ...(found && { tokenizer: found.tokenizer, tokenizerConfig: found.settings }),
    },
  };
}
