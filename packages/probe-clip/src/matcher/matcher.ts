import {
  feedsOf,
  float32,
  imageTextTask,
  pictureInputOf,
  type Answer,
  type AnswerOption,
  type Feeds,
  type ImageTextMatcher,
  type Model,
  type ModelFacts,
  type PictureInput,
  type Reading,
  type SubjectReading,
  type SubjectSettings,
  type Target,
  type Tensor,
  type Tensors,
  type TextPart,
} from '@understory/core';
import { probeClipErrors } from '../errors.ts';
import { captionsOf, type Captions } from './captions.ts';
import { embeddedBy, type EmbeddedBy } from './embedded-by.ts';
import { probabilitiesOf } from './probabilities.ts';
import type { Head } from './scale.ts';
import type { TextTower } from './text-tower.ts';
import { dot, unitRows } from './unit-vectors.ts';
import { wordsOf } from './words.ts';

/** How well each caption fits a picture. */
export interface CaptionsAnswer extends Answer {
  /** Of the picture, of length 1. */
  readonly embedding: Float32Array;
}

interface Embedded {
  readonly caption: string;
  readonly vector: Float32Array;
}

interface Contrast {
  readonly of: Embedded;
  readonly against: Embedded;
}

/** A model of pictures and text. What is explained is the scale times the cosine of a picture's embedding with that of a caption. */
export class Matcher implements ImageTextMatcher {
  readonly task = imageTextTask;
  readonly model: Model;
  readonly picture: PictureInput;
  readonly reads: readonly string[];
  readonly forms: readonly string[];
  readonly names: readonly string[];
  readonly #output: string;
  readonly #sides: SubjectSettings['sides'];
  readonly #text: TextTower;
  readonly #head: Head;
  readonly #captions: readonly Embedded[];
  readonly #contrasts: readonly Contrast[];

  private constructor(
    { model, input }: ModelFacts,
    { image, text, head }: EmbeddedBy,
    captions: Captions,
    vectors: ReadonlyMap<string, Float32Array>,
    sides: SubjectSettings['sides'],
  ) {
    this.model = model;
    this.picture = pictureInputOf(model, input);
    this.reads = [image];
    this.#output = image;
    this.#sides = sides;
    this.#text = text;
    this.#head = head;
    const embedded = (caption: string): Embedded => ({ caption, vector: vectors.get(caption)! });
    this.#captions = captions.all.map(embedded);
    this.#contrasts = captions.contrasts.map(({ of, against }) => ({ of: embedded(of), against: embedded(against) }));
    this.names = captions.all;
    this.forms = [
      ...['top1', 'caption:1', 'a caption', 'captions'],
      ...(this.#contrasts.length === 0 ? [] : ['contrast:1', 'contrasts']),
    ];
  }

  /**
   * Embeds the captions, where there are some. Throws CAPTION_EMPTY, CAPTIONS_ALIKE, AGAINST_COUNT, TOKENIZER_MISSING, TOWERS_DISAGREE,
   * TEXT_TOWER_UNREADABLE, what opening the tokenizer throws, and what running the towers throws.
   */
  static async open(facts: ModelFacts, reading: SubjectReading, settings: SubjectSettings): Promise<Matcher> {
    const towers = await embeddedBy(facts, reading);
    const captions = captionsOf(settings, towers.text);
    const vectors = await towers.text.embed(captions.all);
    const found = new Map(captions.all.map((caption, at) => [caption, vectors[at]!]));
    return new Matcher(facts, towers, captions, found, settings.sides);
  }

  get notes(): readonly string[] {
    const { isAssumed, bias, probabilities } = this.#head;
    return [
      ...this.#text.cut.map(
        ({ text, tokens, length }) =>
          `a caption of ${tokens} tokens was cut to the ${length} that the model reads: "${shortened(text)}"`,
      ),
      ...(isAssumed && probabilities === 'softmax'
        ? [
            `nothing says by what the model multiplies a cosine, so probabilities are for CLIP's usual ${this.#head.scale}; ${whereToSay('logit_scale')}`,
          ]
        : []),
      ...(bias === undefined
        ? [
            `nothing says ${isAssumed ? 'by what the model multiplies a cosine and ' : ''}what it adds to a score, so that captions are ranked and have no probability; ${whereToSay(isAssumed ? 'logit_scale and logit_bias' : 'logit_bias')}`,
          ]
        : []),
    ];
  }

  feeds(pixels: Tensor<'float32'>): Feeds {
    const [samples = 0] = pixels.dims;
    const { model } = this.#text;
    // A graph of both towers is fed any text where only the picture is looked at.
    const beside = model === this.model ? this.#text.textFeeds(Array.from({ length: samples }, () => '')) : {};
    return { ...beside, ...feedsOf(this.picture, pixels, this.#sides) };
  }

  answersOf(outputs: Tensors): readonly CaptionsAnswer[] {
    return unitRows(outputs, this.#output, 'pictures').map((embedding): CaptionsAnswer => {
      this.#checkWidth(embedding);
      const scores = this.#captions.map(({ vector }) => this.#head.scale * dot(embedding, vector));
      const probabilities = probabilitiesOf(scores, this.#head);
      const options = this.#captions
        .map(({ caption }, at): AnswerOption => ({
          target: `caption:${at + 1}`,
          label: caption,
          score: scores[at]!,
          ...(probabilities && { probability: probabilities[at]! }),
        }))
        .sort((one, other) => other.score - one.score);
      const [best] = options;
      return { options, decision: best?.label ?? '', probability: best?.probability, embedding };
    });
  }

  /**
   * `caption:2`, a caption itself, or `captions`, which is all of them; `contrast:1` and `contrasts` where captions have something to be
   * contrasted with. Throws CAPTIONS_MISSING, TARGET_INVALID.
   */
  targets(words: string, answer: Answer): readonly Target[] | undefined {
    const text = words.trim();
    if (/^(?:top\d+|captions?(?::.*)?)$/i.test(text) && this.#captions.length === 0) {
      throw probeClipErrors.captionsMissing();
    }
    if (/^top1$/i.test(text)) return this.targets(answer.options[0]?.target ?? 'captions', answer);
    if (/^captions$/i.test(text)) return this.#captions.map((_, at) => this.#targetAt(at));
    const [, form, which = ''] = /^(caption|contrast):(.+)$/is.exec(text) ?? [];
    if (form?.toLowerCase() === 'contrast' || /^contrasts$/i.test(text)) return this.#contrastsNamed(text, which);
    const quoted = /^"(.*)"$/s.exec(which === '' ? text : which)?.[1];
    const named = (quoted ?? (which === '' ? text : which)).trim();
    const place =
      form !== undefined && quoted === undefined && /^\d+$/.test(named) ? Number(named) - 1 : this.#placeOf(named);
    if (this.#captions[place] !== undefined) return [this.#targetAt(place)];
    if (form === undefined) return undefined;
    throw probeClipErrors.captionUnknown({ found: text, captions: this.names });
  }

  /** Of captions the softmax over all of them, or the sigmoid of each; of a contrast the probability of the one of the two. */
  probabilities(targets: readonly Target[], outputs: Tensors): Float64Array | undefined {
    const answers = this.answersOf(outputs);
    const found = targets.map((target, sample) => this.#probabilityOf(target, answers[sample]!));
    return found.every((each) => each !== undefined) ? Float64Array.from(found) : undefined;
  }

  async words({ words }: Target, { embedding }: CaptionsAnswer): Promise<readonly TextPart[] | undefined> {
    const place = /^caption:(\d+)$/.exec(words)?.[1];
    const caption = place === undefined ? undefined : this.names[Number(place) - 1];
    if (caption === undefined) return undefined;
    return wordsOf({ tower: this.#text, caption, embedding, scale: this.#head.scale });
  }

  agrees(one: CaptionsAnswer, other: CaptionsAnswer): boolean {
    return one.options[0]?.target === other.options[0]?.target;
  }

  /** Whether the caption is the best one, or the better of the two of a contrast. */
  says({ options }: CaptionsAnswer, { words }: Target): boolean | undefined {
    const contrast = this.#contrastOf(words);
    if (contrast === undefined)
      return options.some(({ target }) => target === words) ? options[0]!.target === words : undefined;
    const rank = ({ caption }: Embedded) => options.findIndex(({ label }) => label === caption);
    return rank(contrast.of) < rank(contrast.against);
  }

  async images(feeds: Feeds): Promise<readonly Float32Array[]> {
    const rows = unitRows(await this.model.run(feeds, this.reads), this.#output, 'pictures');
    for (const row of rows) this.#checkWidth(row);
    return rows;
  }

  async texts(captions: readonly string[]): Promise<readonly Float32Array[]> {
    const empty = captions.find((caption) => caption.trim() === '');
    if (empty !== undefined) throw probeClipErrors.captionEmpty({ found: empty });
    return this.#text.embed(captions);
  }

  async scores(feeds: Feeds, captions: readonly string[]): Promise<Tensor<'float32'>> {
    const [images, texts] = [await this.images(feeds), await this.texts(captions)];
    const { scale, bias = 0 } = this.#head;
    const scores = images.flatMap((image) => texts.map((text) => scale * dot(image, text) + bias));
    return float32(Float32Array.from(scores), [images.length, texts.length]);
  }

  async caption(caption: string, against?: string): Promise<Target> {
    if (against !== undefined && (against === caption || this.#text.areAlike(caption, against))) {
      throw probeClipErrors.captionsAlike({ one: caption, other: against });
    }
    const [vector, other] = await this.texts(against === undefined ? [caption] : [caption, against]);
    const reading = this.#readingOf(vector!);
    const place = this.names.indexOf(caption);
    const words = place < 0 ? JSON.stringify(caption) : `caption:${place + 1}`;
    if (other === undefined) return { words, label: caption, reading };
    return {
      words: `${JSON.stringify(caption)} - ${JSON.stringify(against)}`,
      label: contrastLabel(caption, against!),
      reading: difference(reading, this.#readingOf(other)),
    };
  }

  #targetAt(place: number): Target {
    const { caption, vector } = this.#captions[place]!;
    return { words: `caption:${place + 1}`, label: caption, reading: this.#readingOf(vector) };
  }

  #contrastsNamed(text: string, which: string): readonly Target[] {
    if (this.#contrasts.length === 0) throw probeClipErrors.contrastMissing({ found: text });
    const all = this.#contrasts.map(({ of, against }, at) => ({
      words: `contrast:${at + 1}`,
      label: contrastLabel(of.caption, against.caption),
      reading: difference(this.#readingOf(of.vector), this.#readingOf(against.vector)),
    }));
    if (which === '') return all;
    const one = all[Number(which) - 1];
    if (one === undefined)
      throw probeClipErrors.captionUnknown({ found: text, captions: all.map(({ label }) => label) });
    return [one];
  }

  #contrastOf(words: string): Contrast | undefined {
    const place = /^contrast:(\d+)$/.exec(words)?.[1];
    return place === undefined ? undefined : this.#contrasts[Number(place) - 1];
  }

  #probabilityOf({ words }: Target, { options }: CaptionsAnswer): number | undefined {
    const contrast = this.#contrastOf(words);
    if (contrast === undefined) return options.find(({ target }) => target === words)?.probability;
    const score = ({ caption }: Embedded) => options.find(({ label }) => label === caption)!.score;
    return 1 / (1 + Math.exp(score(contrast.against) - score(contrast.of)));
  }

  #placeOf(text: string): number {
    const exact = this.names.indexOf(text);
    return exact >= 0 ? exact : this.names.findIndex((name) => name.toLowerCase() === text.toLowerCase());
  }

  #readingOf(to: Float32Array): Reading {
    return { kind: 'similarity', output: this.#output, to, scale: this.#head.scale };
  }

  /** Throws TOWERS_DISAGREE where a picture's embedding is not as wide as those of captions. */
  #checkWidth({ length: image }: Float32Array): void {
    const text = this.#captions[0]?.vector.length ?? image;
    if (image !== text) throw probeClipErrors.towersDisagree({ image, text });
  }
}

function difference(of: Reading, against: Reading): Reading {
  return {
    kind: 'sum',
    terms: [
      { weight: 1, of },
      { weight: -1, of: against },
    ],
  };
}

function contrastLabel(caption: string, against: string): string {
  return `${caption} − ${against}`;
}

/** How a person gives what two files do not hold. */
function whereToSay(numbers: string): string {
  return `write ${numbers} of the model's checkpoint into config.json in the model's folder`;
}

const longestShown = 60;

function shortened(text: string): string {
  return text.length <= longestShown ? text : `${text.slice(0, longestShown - 3)}...`;
}
