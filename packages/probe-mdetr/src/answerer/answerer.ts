import {
  answer as answersTo,
  feedsOf,
  frameWithin,
  pictureInputOf,
  questionTask,
  type AnswerOption,
  type Feeds,
  type GroundedBox,
  type Model,
  type ModelFacts,
  type ObjectiveForm,
  type PictureInput,
  type QuestionAnswerer,
  type Subject,
  type SubjectReading,
  type SubjectSettings,
  type Target,
  type Tensor,
  type Tensors,
  type TensorSpec,
} from '@understory/core';
import { textFeeds, textInputsOf, type TextInputs } from '@understory/text';
import { probeMdetrErrors } from '../errors.ts';
import { rowsOf, saidAnswers, sharesOf, weightOf } from './answers.ts';
import { foundBoxes, thresholds, type Frame } from './boxes.ts';
import { pixelMask, type PictureSize } from './frames.ts';
import { headsOf, type Heads } from './heads.ts';
import { lastMap } from './last-map.ts';
import { answerNamed } from './named-answer.ts';
import { QuestionReader, type Question } from './question.ts';
import { pixelMaskOf } from './readings.ts';
import { readingOfElements, readingOver, valueOf, type Numbers, type Said, type Weighted } from './said.ts';
import { boxNumbers, boxesNamed, isOverlapping, phraseNumbers } from './target-numbers.ts';
import { vocabulariesOf, type Vocabularies } from './vocabularies.ts';

/** What is the same whatever is asked. */
interface Parts {
  readonly model: Model;
  readonly picture: PictureInput;
  readonly mask: TensorSpec | undefined;
  readonly inputs: TextInputs | undefined;
  readonly heads: Heads;
  readonly vocabularies: Vocabularies;
  readonly reader: QuestionReader | undefined;
  readonly sides: SubjectSettings['sides'];
}

/** How many boxes `boxes` names: of a model that is unsure of everything there are a hundred. */
const mostBoxes = 20;

/** How many answers are among the options; boxes follow them. */
const bestAnswers = 5;

/** A model of a picture and a question. What is explained is the raw score of an answer, of a box or of a phrase. */
export class Answerer implements QuestionAnswerer, Subject<Said> {
  readonly task = questionTask;
  readonly model: Model;
  readonly picture: PictureInput;
  readonly reads: readonly string[];
  readonly forms: readonly string[];
  readonly layer: string | undefined;
  readonly form: ObjectiveForm | undefined;
  readonly #parts: Parts;
  readonly #asked: Question | undefined;
  /** Of the pictures that were fed last. */
  #frames: readonly Frame[] = [];

  private constructor(parts: Parts, asked: Question | undefined) {
    const { model, picture, heads } = parts;
    this.model = model;
    this.picture = picture;
    this.layer = lastMap(model, picture.name);
    this.#parts = parts;
    this.#asked = asked;
    this.form =
      heads.boxes?.form === 'sigmoid'
        ? undefined
        : { kind: 'sum', terms: this.#scored().map((output) => ({ kind: 'cotangent', outputs: [output] })) };
    this.reads = [...this.#scored(), ...(heads.boxes ? [heads.boxes.boxes] : [])];
    this.forms = [
      'top1',
      ...(heads.answers.length === 0 ? [] : [heads.type ? 'answer:TYPE:ANSWER' : 'answer:ANSWER']),
      ...(heads.boxes === undefined ? [] : ['box:0', 'boxes', 'phrase:PART OF THE TEXT']),
    ];
  }

  /** Throws TOKENIZER_MISSING, VOCABULARY_SIZE, VOCABULARY_INVALID, and what reading the question throws. */
  static open(facts: ModelFacts, { tensors }: SubjectReading, settings: SubjectSettings): Answerer {
    const { model, labels, folder, input, text } = facts;
    const { answers, ...found } = headsOf(facts);
    const only = found.single.find(({ output }) => output === tensors['answers']);
    const heads: Heads = { ...found, answers: only === undefined ? answers : [only] };
    const inputs = textInputsOf(model);
    const readsWords = inputs !== undefined && text?.tokenizer === undefined;
    const vocabularies = vocabulariesOf(text?.vocabularies ?? [], heads, { labels, readsWords, config: folder.config });
    const reader = inputs && new QuestionReader(facts, vocabularies.words, inputs);
    const parts: Parts = {
      ...{
        model,
        picture: pictureInputOf(model, input),
        mask: pixelMaskOf(facts),
        inputs,
        heads,
        vocabularies,
        reader,
      },
      sides: settings.sides,
    };
    const { question } = settings;
    return new Answerer(parts, question === undefined ? undefined : asked(parts, question));
  }

  get question(): string | undefined {
    return this.#asked?.text;
  }

  get notes(): readonly string[] {
    const { heads, vocabularies } = this.#parts;
    const { cut, strange = [] } = this.#asked ?? {};
    const unnamed = heads.answers.filter((_, at) => vocabularies.answers[at] === undefined);
    return [
      ...(cut === undefined
        ? []
        : [`a text of ${cut.tokens} tokens was cut to the ${cut.length} that the model reads: "${cut.text}"`]),
      ...(strange.length === 0
        ? []
        : [
            `the tokenizer knows no ${strange.map((word) => `"${word}"`).join(', ')} and reads the letters one by one: the model may not know such words, or their language`,
          ]),
      ...(unnamed.length === 0
        ? []
        : [`nothing names the answers in ${unnamed.map(({ output }) => output).join(', ')}, so they are numbered`]),
    ];
  }

  asking(question: string): Answerer {
    return new Answerer(this.#parts, asked(this.#parts, question));
  }

  async ask(pixels: Tensor<'float32'>, question: string, masks?: readonly Uint8Array[]): Promise<readonly Said[]> {
    const subject = this.asking(question);
    return answersTo<Said>(subject, subject.feeds(pixels, masks));
  }

  /** Remembers where in them the pictures are, since boxes are fractions of a picture without its padding. */
  feeds(pixels: Tensor<'float32'>, masks?: readonly Uint8Array[]): Feeds {
    const { inputs, mask, sides, reader } = this.#parts;
    const [samples = 0, second = 0, third = 0, fourth = 0] = pixels.dims;
    const [height, width] = this.picture.layout === 'NCHW' ? [third, fourth] : [second, third];
    const size: PictureSize = { height, width };
    this.#frames = Array.from({ length: samples }, (_, at) => frameWithin(size, masks?.[at]));
    return {
      ...(inputs && textFeeds(inputs, repeated(this.#asked ?? reader!.nothing, samples))),
      ...(mask && { [mask.name]: pixelMask(mask, samples, size, masks) }),
      ...feedsOf(this.picture, pixels, sides),
    };
  }

  /** Nothing where nothing was asked. Throws SCORES_NOT_FINITE. */
  answersOf(outputs: Tensors): readonly Said[] {
    const { heads, vocabularies, inputs } = this.#parts;
    const rows = new Map(this.reads.map((name) => [name, rowsOf(outputs, name)]));
    const count = rows.get(this.reads[0]!)!.length;
    return Array.from({ length: count }, (_, sample): Said => {
      const rowOf = (name: string) => rows.get(name)![sample]!;
      const numbers = this.#scored().map((output): Numbers => ({
        output,
        values: rowOf(output),
        dims: outputs[output]!.dims.slice(1),
      }));
      if (inputs !== undefined && this.#asked === undefined) {
        return { options: [], decision: '', probability: undefined, answers: [], boxes: [], numbers };
      }
      const { type, answers } = saidAnswers(heads, vocabularies, rowOf);
      const boxes = heads.boxes
        ? foundBoxes({ boxes: rowOf(heads.boxes.boxes), tokens: rowOf(heads.boxes.tokens) }, heads.boxes, {
            ...{ text: this.question ?? '', spans: this.#asked?.spans ?? [] },
            frame: this.#frames[sample] ?? this.#frames[0]!,
          })
        : [];
      const said = { ...(type && { type }), answers, boxes, numbers };
      const [best] = answers;
      return {
        ...said,
        options: [
          ...answers
            .slice(0, bestAnswers)
            .map(({ target, answer, score, probability }) => ({ target, label: answer, score, probability })),
          ...boxes.map((box, at) => this.#optionOf(box, at, numbers)),
        ],
        decision: best?.answer ?? decisionOf(boxes),
        probability: best?.probability ?? boxes[0]?.probability,
      };
    });
  }

  /**
   * `answer:attr:red`, or `answer:red` where one head knows it, whatever the model says; `box:0`, `boxes` for the best twenty, `boxes:50`
   * for as many, and `phrase:the left apple` of what it finds.
   * Throws QUESTION_MISSING, ANSWER_UNKNOWN, ANSWER_AMBIGUOUS, BOX_MISSING and PHRASE_UNKNOWN.
   */
  targets(words: string, answer: Said): readonly Target[] | undefined {
    const text = words.trim();
    const [, form = '', rest = ''] = /^(top1|answer|boxes|box|phrase)(?::(.+))?$/is.exec(text) ?? [];
    const kind = form.toLowerCase();
    if (kind === '' && !/^top\d+$/i.test(text)) return undefined;
    const { heads, inputs } = this.#parts;
    if (inputs !== undefined && this.#asked === undefined) throw probeMdetrErrors.questionMissing();
    if (kind === '' || (kind === 'answer' && heads.answers.length === 0)) return undefined;
    if ((kind === 'box' || kind === 'boxes' || kind === 'phrase') && heads.boxes === undefined) return undefined;
    const said = answer;
    if (kind === 'top1' || (kind === 'answer' && rest === '')) {
      const [best] = said.options;
      if (best === undefined) throw this.#noBox(text, said);
      return this.targets(best.target, said);
    }
    if (kind === 'answer') return [this.#answerTarget(rest, said)];
    const isNumber = /^[-+]?[\d.]+$/.test(rest.trim());
    if (kind === 'phrase' || (kind === 'box' && !isNumber)) return [this.#phraseTarget(rest, said)];
    if (kind === 'boxes' && !/^([1-9]\d*)?$/.test(rest.trim())) return undefined;
    const found =
      kind === 'boxes'
        ? said.boxes.slice(0, Number(rest || mostBoxes))
        : said.boxes.filter((_, at) => at === Number(rest));
    if (found.length === 0) throw this.#noBox(text, said);
    return found.map((box) => this.#boxTarget(box, said));
  }

  /** P(type) x P(answer), or that of the object or phrase of a box. */
  probabilities(targets: readonly Target[], outputs: Tensors): Float64Array | undefined {
    const said = targets.map((target) => this.#probabilityOf(target, outputs, targets.indexOf(target)));
    return said.every((each) => each !== undefined) ? Float64Array.from(said) : undefined;
  }

  agrees(one: Said, other: Said): boolean {
    if (this.#parts.heads.answers.length > 0) return one.answers[0]?.target === other.answers[0]?.target;
    const isSame = (box: GroundedBox) => other.boxes.some((each) => isOverlapping(each, box));
    return one.boxes.length === other.boxes.length && one.boxes.every(isSame);
  }

  /** Whether the answer is the model's own, or there is a box of those words in that place. */
  says({ answers, boxes }: Said, { words, box, label }: Target): boolean | undefined {
    if (box === undefined) return answers.length === 0 ? undefined : answers[0]!.target === words;
    return boxes.some((each) => isOverlapping(each, { box, phrases: label === null ? [] : label.split(', ') }));
  }

  /** The tensors that hold scores: of types, answers and tokens. */
  #scored(): readonly string[] {
    const { type, answers, boxes } = this.#parts.heads;
    return [...(type ? [type.scores] : []), ...answers.map(({ scores }) => scores), ...(boxes ? [boxes.tokens] : [])];
  }

  #reading(said: Said, weighted: Weighted) {
    const { boxes } = this.#parts.heads;
    return boxes !== undefined && boxes.form !== 'softmax'
      ? readingOfElements(said.numbers, weighted)
      : readingOver(said.numbers, weighted);
  }

  #answerTarget(words: string, said: Said): Target {
    const { heads, vocabularies } = this.#parts;
    const { head, at, target, answer } = answerNamed(words, heads.answers, vocabularies);
    const own = heads.answers[head]!;
    const weights = [weightOf(at, own)];
    return { words: target, label: answer, reading: this.#reading(said, { output: own.scores, weights }) };
  }

  #boxTarget(box: GroundedBox, said: Said): Target {
    const at = said.boxes.indexOf(box);
    const label = box.phrases.length === 0 ? null : box.phrases.join(', ');
    const reading = this.#reading(said, boxNumbers(box, this.#parts.heads.boxes!, said.numbers));
    return { words: `box:${at}`, label, reading, box: box.box };
  }

  #phraseTarget(words: string, said: Said): Target {
    const phrase = /^"(.*)"$/s.exec(words.trim())?.[1] ?? words.trim();
    const asked = this.#asked;
    const found = asked && boxesNamed(phrase, asked, this.#parts.heads.boxes!, said);
    if (found === undefined) throw probeMdetrErrors.phraseUnknown({ found: phrase, question: asked?.text ?? '' });
    if (found.box === undefined) throw this.#noBox(`phrase:${phrase}`, said);
    const { box, tokens } = found;
    const reading = this.#reading(said, phraseNumbers(box, tokens, this.#parts.heads.boxes!, said.numbers));
    return { words: `phrase:${phrase}`, label: phrase, reading, box: box.box };
  }

  #probabilityOf({ words, box }: Target, outputs: Tensors, sample: number): number | undefined {
    const { heads, vocabularies } = this.#parts;
    if (box !== undefined || !/^answer:/.test(words)) return undefined;
    const { head, at } = answerNamed(words.slice('answer:'.length), heads.answers, vocabularies);
    const own = heads.answers[head]!;
    const share = sharesOf(rowsOf(outputs, own.scores)[sample]!, own)[at]!;
    if (heads.type === undefined) return share;
    if (outputs[heads.type.scores] === undefined) return undefined;
    const types = sharesOf(rowsOf(outputs, heads.type.scores)[sample]!, heads.type);
    return share * types[vocabularies.types.indexOf(own.type!)]!;
  }

  #optionOf(box: GroundedBox, at: number, numbers: readonly Numbers[]): AnswerOption {
    const score = valueOf(numbers, boxNumbers(box, this.#parts.heads.boxes!, numbers));
    const label = box.phrases.length === 0 ? null : box.phrases.join(', ');
    return { target: `box:${at}`, label, score, probability: box.probability, box: box.box };
  }

  #noBox(found: string, { boxes }: Said) {
    return probeMdetrErrors.boxMissing({
      found,
      boxes: boxes.map(({ phrases }, at) => `box:${at}${phrases.length === 0 ? '' : ` (${phrases.join(', ')})`}`),
      threshold: thresholds[this.#parts.heads.boxes!.form].object,
    });
  }
}

function asked({ reader, model, picture }: Parts, question: string): Question {
  if (reader !== undefined) return reader.read(question);
  const inputs = model.inputs.filter(({ name }) => name !== picture.name);
  throw probeMdetrErrors.questionNotTaken({ inputs: inputs.map(({ name }) => name) });
}

function repeated({ ids, mask }: Question, samples: number) {
  return {
    ids: Array.from({ length: samples }, () => ids),
    mask: Array.from({ length: samples }, () => mask),
  };
}

function decisionOf(boxes: readonly GroundedBox[]): string {
  if (boxes.length === 0) return 'nothing';
  const phrases = [...new Set(boxes.flatMap((box) => box.phrases))];
  const count = boxes.length === 1 ? '1 box' : `${boxes.length} boxes`;
  return phrases.length === 0 ? count : `${count}: ${phrases.join(', ')}`;
}
