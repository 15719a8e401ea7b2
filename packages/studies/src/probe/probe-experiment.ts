import {
  imageTextTask,
  questionTask,
  type Box,
  type Experiment,
  type PixelSubject,
  type Probe,
  type ProbeItem,
  type ProbeRequest,
  type ProbeSummary,
  type Tensor,
} from '@understory/core';
import type { ChosenImage, LabelIndex } from '../environment.ts';
import { boxesInInput, type ImageCodec, type Preprocessing, type RgbImage, type Size } from '@understory/imaging';
import type { NamedExplainer } from '../explanation/explain-images.ts';
import { studyErrors } from '../errors.ts';
import { pixelSubjectOf } from '../setup/pixel-subject-of.ts';
import { frameKey, framedPixels } from '../setup/framed-pixels.ts';

export interface ProbePlan {
  readonly probe: Probe;
  readonly request: ProbeRequest;
  readonly preprocessing: Preprocessing;
  readonly labels: LabelIndex;
  readonly onlyCorrect: boolean;
  /** Of the models that the probe is for: captions are read for one kind, questions for another; both where absent. */
  readonly task?: string;
  /** Reads the other pictures that caption tests and questions of an item name. */
  readonly codec: ImageCodec;
}

/** What a row of any probe is, as far as a run folder asks. */
export type ProbeRow = Readonly<Record<string, unknown>>;

/** Probes images as they are decoded and prepared; what the network gets wrong is passed over where only right ones count. */
export function probeExperiment(plan: ProbePlan): Experiment<ChosenImage, ProbeRow, ProbeSummary> {
  const { request, labels, onlyCorrect, preprocessing } = plan;
  const { signal } = request;
  const experiments = new FramedExperiments(plan);
  return {
    async rows({ id, item, picture }, random) {
      signal?.throwIfAborted();
      if (!isAskedFor(item, plan.task)) return [];
      const image = await picture();
      const { subject, pixels } = framedPixels(request.subject, image, preprocessing);
      const label = labels.indexOf(item.label);
      if (onlyCorrect && !(await isRight(subject, pixels, label))) return [];
      const asked = await askedOf(item, image, { ...plan, subject });
      return experiments.for(subject).rows({ id, pixels, ...(label !== undefined && { label }), ...asked }, random);
    },
    summarise: (rows) => experiments.for(request.subject).summarise(rows),
  };
}

/** So many sizes of pictures are kept with what a probe found out for them, such as answers about a grey picture. */
const mostFrames = 16;

/** The experiment of a probe for pictures of each size and padding. */
class FramedExperiments {
  readonly #plan: ProbePlan;
  readonly #known = new Map<string, Experiment<ProbeItem, ProbeRow, ProbeSummary>>();

  constructor(plan: ProbePlan) {
    this.#plan = plan;
    this.for(plan.request.subject);
  }

  for(subject: PixelSubject): Experiment<ProbeItem, ProbeRow, ProbeSummary> {
    const { probe, request } = this.#plan;
    const key = frameKey(subject);
    const own =
      this.#known.get(key) ??
      (probe.experiment({ ...request, subject }) as Experiment<ProbeItem, ProbeRow, ProbeSummary>);
    // The least recently used goes first.
    this.#known.delete(key);
    this.#known.set(key, own);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostFrames) this.#known.delete(oldest!);
    return own;
  }
}

/** Whether an item has what the probe of such models asks: captions or questions; items that bring only the others are passed over. */
export function isAskedFor(
  { captionTests = [], questions = [] }: ChosenImage['item'],
  task: string | undefined,
): boolean {
  if (task === imageTextTask) return captionTests.length > 0;
  return task !== questionTask || questions.length > 0;
}

/** The captions and questions of an item, their boxes where they lie in the prepared picture, and the other pictures that they are asked of. */
async function askedOf(
  { captionTests, questions, otherPictures = {} }: ChosenImage['item'],
  image: RgbImage,
  plan: Pick<ProbePlan, 'codec' | 'preprocessing' | 'task'> & { readonly subject: PixelSubject },
): Promise<Pick<ProbeItem, 'captionTests' | 'questions' | 'otherPictures'>> {
  const { codec, preprocessing, task, subject } = plan;
  const placed = (box: Box, drawnIn: Size = image) =>
    boxesInInput([resizedWith(image, box, drawnIn)], image, preprocessing)[0]!;
  const isAsked = { captions: task !== questionTask, questions: task !== imageTextTask };
  const tests = isAsked.captions ? captionTests : undefined;
  const asked = isAsked.questions ? questions : undefined;
  if (tests === undefined && asked === undefined) return {};
  const names = new Set([
    ...(tests ?? []).flatMap(({ counterpart }) => counterpart ?? []),
    ...(asked ?? []).flatMap(({ counterpart }) => counterpart?.picture ?? []),
  ]);
  const others: Record<string, ProbeItem['pixels']> = {};
  for (const [name, read] of Object.entries(otherPictures)) {
    if (names.has(name)) {
      const other = framedPixels(subject, await codec.decode(await read(), name), preprocessing);
      if (frameKey(other.subject) !== frameKey(subject)) {
        throw studyErrors.pictureSizeInvalid({ found: other.picture, expected: subject });
      }
      others[name] = other.pixels;
    }
  }
  return {
    ...(tests && { captionTests: tests.map(({ box, ...test }) => ({ ...test, ...(box && { box: placed(box) }) })) }),
    ...(asked && {
      questions: asked.map(({ box, boxesIn, others: things, ...question }) => ({
        ...question,
        ...(box && { box: placed(box, boxesIn) }),
        ...(things && { others: things.map((thing) => ({ ...thing, box: placed(thing.box, boxesIn) })) }),
      })),
    }),
    otherPictures: others,
  };
}

/** A box of a picture in the same picture of another size. */
function resizedWith(image: Size, { x, y, width, height }: Box, drawnIn: Size): Box {
  const [across, down] = [image.width / drawnIn.width, image.height / drawnIn.height];
  return { x: x * across, y: y * down, width: width * across, height: height * down };
}

async function isRight(subject: PixelSubject, pixels: ProbeItem['pixels'], label: number | undefined) {
  if (label === undefined) return false;
  const [said] = await subject.answer(pixels);
  return said?.classes?.decision === label;
}

/** An explainer for a probe; one that works on a model of its own is handed that one. */
export function probeExplainer(
  { id, explainer, subject, layer }: NamedExplainer,
  request: Pick<ProbeRequest, 'subject'>,
  preprocessing: Preprocessing,
): NonNullable<ProbeRequest['explainer']> {
  const named = { name: id, ...(layer !== undefined && { layer }) };
  const { subject: main } = request.subject;
  if (subject === main) return { ...named, explainer };
  const own = pixelSubjectOf(subject, preprocessing);
  return {
    ...named,
    explainer: {
      explain({ feeds, objective, ...asked }) {
        const pixels = feeds[main.picture.name];
        const classes = own.subject.classes;
        if (pixels === undefined || objective.kind !== 'score' || classes === undefined) {
          throw studyErrors.backendsDisagree({
            backends: [main.model.origin.backend, subject.model.origin.backend],
            ...{ what: 'targets', found: 'a target that is no class' },
          });
        }
        return explainer.explain({
          ...asked,
          model: own.subject.model,
          // Both models take the same pixels, under names of their own.
          feeds: { ...own.subject.feeds(pixels as Tensor<'float32'>) },
          image: own.subject.picture.name,
          objective: classes.objective(objective.index.map(([index]) => index as number)),
        });
      },
    },
  };
}
