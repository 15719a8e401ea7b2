import type {
  Answer,
  AnswerOption,
  Feeds,
  Model,
  ModelFacts,
  PictureInput,
  Subject,
  SubjectSettings,
  Target,
  Tensor,
  Tensors,
} from '@understory/core';
import { closingNode, errors as coreErrors, feedsOf, float32, pictureInputOf, toFloat32 } from '@understory/core';
import { errors } from '../errors.ts';
import { charactersOf, marksOf } from './characters.ts';
import { orders } from './readings.ts';

/** One character of the text, and where the model is surest of it. */
export interface ReadCharacter {
  readonly step: number;
  readonly classIndex: number;
}

/** The text of a picture, read step by step. */
export interface TextAnswer extends Answer {
  /** In the order of the text. */
  readonly characters: readonly ReadCharacter[];
}

/** Of a picture whose size the model leaves open, when it is asked what it says of an empty one. */
const emptySize = { height: 32, width: 128 };

/**
 * A reader of a line of text, trained with CTC: at each step along the picture the best character counts, repetitions are one, and the blank
 * between characters is left out. What is explained is the score of a character at the step where it is highest.
 */
export class TextRecognition implements Subject<TextAnswer> {
  readonly task = 'text-recognition';
  readonly forms = ['char:0', 'char:LETTER', 'chars'];
  readonly model: Model;
  readonly picture: PictureInput;
  readonly reads: readonly string[];
  readonly #output: string;
  readonly #isStepsFirst: boolean;
  readonly #areProbabilities: boolean;
  readonly #sides: SubjectSettings['sides'];
  #characters: readonly string[] | undefined;
  #blank = 0;

  private constructor(
    { model, input }: ModelFacts,
    output: string,
    order: string | undefined,
    sides: SubjectSettings['sides'],
  ) {
    this.model = model;
    this.picture = pictureInputOf(model, input);
    this.reads = [output];
    this.#output = output;
    this.#isStepsFirst = order === orders.stepsFirst;
    this.#areProbabilities = closingNode(model.graph, output)?.operator === 'Softmax';
    this.#sides = sides;
  }

  /** Finds out which class is the blank where neither the characters nor their number tell: the one that the model says of an empty picture. */
  static async open(
    facts: ModelFacts,
    output: string,
    order: string | undefined,
    { sides }: SubjectSettings,
  ): Promise<TextRecognition> {
    const opened = new TextRecognition(facts, output, order, sides);
    const all = [...facts.model.outputs, ...facts.model.layers];
    const width = all.find(({ name }) => name === output)?.dims?.at(-1);
    const characters = charactersOf(facts);
    const known = typeof width === 'number' && characters !== undefined ? marksOf(characters, width) : undefined;
    if (typeof width === 'number' && characters !== undefined && known === undefined) {
      throw errors.characterCount({ characters: characters.length, classes: width });
    }
    const blank = known?.blank ?? (await opened.#saidOfNothing());
    opened.#blank = blank;
    const isWithout = known !== undefined && known.characters.length + 1 === width;
    opened.#characters = isWithout ? known.characters.toSpliced(blank, 0, '') : known?.characters;
    return opened;
  }

  feeds(pixels: Tensor<'float32'>): Feeds {
    return feedsOf(this.picture, pixels, this.#sides);
  }

  answersOf(outputs: Tensors): readonly TextAnswer[] {
    return this.#samples(outputs).map((steps) => {
      const characters: ReadCharacter[] = [];
      let [before, probability] = [this.#blank, 1];
      for (const [step, scores] of steps.entries()) {
        const best = bestOf(scores);
        probability *= this.#probabilityOf(scores, best);
        const last = characters.at(-1);
        if (best !== this.#blank && best !== before) characters.push({ step, classIndex: best });
        else if (best !== this.#blank && scores[best]! > steps[last!.step]![best]!) {
          characters[characters.length - 1] = { step, classIndex: best };
        }
        before = best;
      }
      const options = characters.map(({ step, classIndex }, at): AnswerOption => {
        const scores = steps[step]!;
        return {
          target: `char:${at}`,
          label: this.#nameOf(classIndex),
          score: scores[classIndex]!,
          probability: this.#probabilityOf(scores, classIndex),
        };
      });
      const names = options.map(({ label }) => label ?? '');
      const decision = names.join(this.#characters === undefined ? ' ' : '');
      return { options, decision, probability, characters };
    });
  }

  /** `char:4`, counted from 0, `char:e` for each e, and `chars` for all; throws TARGET_INVALID and STEPS_NOT_REACHABLE. */
  targets(words: string, { characters, decision }: TextAnswer): readonly Target[] | undefined {
    const text = words.trim();
    const named = /^char:(.+)$/iu.exec(text)?.[1];
    if (named === undefined && text.toLowerCase() !== 'chars') return undefined;
    const all = [...characters.keys()];
    const letter = named?.replace(/^"(.*)"$/u, '$1');
    const found =
      named === undefined
        ? all
        : /^\d+$/.test(named)
          ? all.filter((at) => at === Number(named))
          : all.filter((at) => this.#nameOf(characters[at]!.classIndex) === letter);
    if (found.length === 0) {
      throw coreErrors.targetInvalid({
        found: `"${text}" in the text "${decision}"`,
        expected:
          all.length === 0 ? 'a picture in which the model reads something' : `char:0 to char:${all.length - 1}`,
        next: 'Count the characters of the text from 0, or name one of them.',
      });
    }
    return found.map((at) => this.#target(at, characters[at]!));
  }

  /** Whether the same text is read. */
  agrees({ decision: one }: TextAnswer, { decision: other }: TextAnswer): boolean {
    return one === other;
  }

  /** Whether the text has that character at that place. */
  says({ options }: TextAnswer, { words, label }: Target): boolean {
    return options.some((option) => option.target === words && option.label === label);
  }

  #target(at: number, { step, classIndex }: ReadCharacter): Target {
    const output = this.#output;
    if (this.#isStepsFirst) {
      const dims = [...this.model.outputs, ...this.model.layers].find(({ name }) => name === output)?.dims ?? [];
      throw errors.stepsNotReachable({ output, dims });
    }
    const label = this.#nameOf(classIndex);
    return { words: `char:${at}`, label, reading: { kind: 'element', output, index: [step, classIndex] } };
  }

  #nameOf(classIndex: number): string {
    return this.#characters?.[classIndex] ?? `${classIndex}`;
  }

  /** The scores of each step of each sample. */
  #samples(outputs: Tensors): readonly (readonly Float32Array[])[] {
    const tensor = outputs[this.#output];
    if (tensor === undefined) throw new Error(`the backend did not hand back "${this.#output}"`);
    const [first = 0, second = 0, count = 0] = tensor.dims;
    const values = toFloat32(tensor);
    const row = (at: number) => values.subarray(at * count, (at + 1) * count);
    const list = (length: number, each: (at: number) => Float32Array) => Array.from({ length }, (_, at) => each(at));
    if (!this.#isStepsFirst) {
      return Array.from({ length: first }, (_, sample) => list(second, (step) => row(sample * second + step)));
    }
    // A model of one picture at a time hands the steps of several back one picture after the other.
    const [declared] = this.model.outputs.find(({ name }) => name === this.#output)?.dims ?? [];
    const pictures = second === 1 && typeof declared === 'number' ? first / declared : 1;
    if (pictures > 1) {
      const steps = first / pictures;
      return Array.from({ length: pictures }, (_, sample) => list(steps, (step) => row(sample * steps + step)));
    }
    return Array.from({ length: second }, (_, sample) => list(first, (step) => row(step * second + sample)));
  }

  #probabilityOf(scores: Float32Array, classIndex: number): number {
    if (this.#areProbabilities) return Math.min(1, Math.max(0, scores[classIndex]!));
    const largest = scores[bestOf(scores)]!;
    const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
    return Math.exp(scores[classIndex]! - largest) / total;
  }

  /** The first or the last class, whichever the model says more often of a picture without text. */
  async #saidOfNothing(): Promise<number> {
    const { channels = 3, layout } = this.picture;
    const { height, width } = this.picture.size ?? emptySize;
    const dims = layout === 'NCHW' ? [1, channels, height, width] : [1, height, width, channels];
    const empty = float32(new Float32Array(channels * height * width), dims);
    const [steps = []] = this.#samples(await this.model.run(this.feeds(empty), this.reads));
    const last = (steps[0]?.length ?? 1) - 1;
    const times = (index: number) => steps.filter((scores) => bestOf(scores) === index).length;
    return times(last) > times(0) ? last : 0;
  }
}

function bestOf(scores: Float32Array): number {
  let best = 0;
  for (let at = 1; at < scores.length; at += 1) if (scores[at]! > scores[best]!) best = at;
  return best;
}
