import { isDiagnosed, objectiveOf, objectiveValues, outputsOf, takeTensor } from '@understory/core';
import type { Answer, Subject, Target, Tensor, Tensors } from '@understory/core';
import { check, checkClose, checkUnchanged, isSame, once } from './check.ts';
import { timed, type ContractCase, type ContractTime } from './contract-case.ts';

export interface SubjectOfContract extends ContractTime {
  /** Made for each run. */
  readonly open: () => Subject | Promise<Subject>;
  /** Prepared pictures, two or more, no two alike, of which the model says something. */
  readonly pixels: Tensor<'float32'>;
  /** Largest difference between a score and the number that its target means, relative to the largest; 1e-4 by default. */
  readonly tolerance?: number;
}

/** Texts that name nothing in any task. */
const strangers = ['', 'no such thing', 'no-such-thing:3', '[', '"', 'NaN'];

/** What every subject promises, one case a promise. */
export function subjectContract({
  open,
  pixels,
  tolerance = 1e-4,
  ...time
}: SubjectOfContract): readonly ContractCase[] {
  const samples = pixels.dims[0] ?? 0;
  if (samples < 2) throw new RangeError(`the contract needs at least 2 pictures, found ${samples}`);
  const untouched = structuredClone(pixels);
  const all = Array.from({ length: samples }, (_, sample) => sample);
  const ofSome = (order: readonly number[]) => takeTensor(untouched, order);
  const outputsFor = async ({ model, reads, feeds }: Subject, of: Tensor<'float32'>, more: readonly string[] = []) =>
    model.run(feeds(of), [...new Set([...reads, ...more])]);
  const subjectOf = once(async () => bound(await open()));
  const answered = async (order: readonly number[]): Promise<readonly Answer[]> => {
    const subject = bound(await open());
    return subject.answersOf(await outputsFor(subject, ofSome(order)));
  };
  // Cloned, so that a subject that hands out one object again and again is not compared with itself.
  const whole = once(async () => structuredClone(await answered(all)));
  const targetsIn = async () => {
    const subject = await subjectOf();
    const answers = subject.answersOf(await outputsFor(subject, ofSome(all)));
    return answers.map((answer) => ({
      answer,
      named: answer.options.map((option) => ({ option, targets: subject.targets(option.target, answer) })),
    }));
  };

  return timed(time, [
    {
      name: 'says what it reads, where its picture goes and how targets are named',
      async run() {
        const { task, model, picture, reads, forms } = await subjectOf();
        const tensors = new Set([...model.outputs, ...model.layers].map(({ name }) => name));
        check(task.trim() !== '', 'expected the name of a task');
        check(reads.length > 0, 'expected a tensor that it reads');
        for (const name of reads) check(tensors.has(name), `"${name}" is no output or layer of the model`);
        check(
          model.inputs.some(({ name }) => name === picture.name),
          `"${picture.name}" is no input of the model`,
        );
        check(forms.length > 0 && forms.every((form) => form.trim() !== ''), 'expected forms of targets');
      },
    },
    {
      name: 'feeds inputs of its model, a sample each',
      async run() {
        const { model, picture, feeds } = await subjectOf();
        const fed = feeds(ofSome(all));
        check(picture.name in fed, `nothing is fed to "${picture.name}"`);
        for (const name of Object.keys(fed)) {
          check(
            model.inputs.some((input) => input.name === name),
            `"${name}" is fed, and is no input of the model`,
          );
        }
        check(fed[picture.name]!.dims[0] === samples, `${samples} pictures are fed as ${fed[picture.name]!.dims[0]}`);
      },
    },
    {
      name: 'gives one answer a sample, the same each time',
      async run() {
        const answers = await whole();
        check(answers.length === samples, `expected ${samples} answers, found ${answers.length}`);
        check(isSame(structuredClone(await answered(all)), answers), 'other answers the second time');
      },
    },
    {
      name: 'answers each sample as if it were alone, and in any order',
      async run() {
        const answers = await whole();
        for (const sample of all)
          checkAnswers(`sample ${sample}, alone`, await answered([sample]), [answers[sample]!], tolerance);
        const order = all.toReversed();
        checkAnswers(
          'in the other order',
          await answered(order),
          order.map((sample) => answers[sample]!),
          tolerance,
        );
      },
    },
    {
      name: 'gives finite scores, and probabilities in 0..1',
      async run() {
        for (const { options, probability } of await whole()) {
          for (const { target, score, probability: own } of options) {
            check(Number.isFinite(score), `the score of "${target}" is ${score}`);
            check(isShare(own), `the probability of "${target}" is ${own}`);
          }
          check(isShare(probability), `the probability of the decision is ${probability}`);
        }
      },
    },
    {
      name: 'names each of its options as a target whose number is the score of that option',
      async run() {
        const subject = await subjectOf();
        for (const [sample, { named }] of (await targetsIn()).entries()) {
          for (const { option, targets } of named) {
            check(targets !== undefined && targets.length > 0, `"${option.target}" names nothing in its own answer`);
            const [target] = targets as readonly [Target];
            const objective = objectiveOf([target]);
            const outputs = await outputsFor(subject, ofSome([sample]), outputsOf(objective));
            checkClose(`"${option.target}"`, objectiveValues(objective, outputs), [option.score], tolerance);
          }
        }
      },
    },
    {
      name: 'gives the probability of a target that the option has',
      async run() {
        const subject = await subjectOf();
        for (const [sample, { named }] of (await targetsIn()).entries()) {
          const outputs = await outputsFor(subject, ofSome([sample]));
          for (const { option, targets = [] } of named) {
            const { probability } = option;
            const found = targets.length === 1 ? subject.probabilities?.(targets, outputs)?.[0] : undefined;
            check(isShare(found), `the probability of "${option.target}" is ${found}`);
            if (found === undefined || probability === undefined) continue;
            check(Math.abs(found - probability) <= tolerance, `"${option.target}" has ${probability}, and ${found}`);
          }
        }
      },
    },
    {
      name: 'agrees with itself, and both ways',
      async run() {
        const { agrees } = await subjectOf();
        const answers = await answered(all);
        const again = await answered(all);
        for (const [at, one] of answers.entries()) {
          check(
            agrees(one, one) && agrees(one, again[at]!),
            `the answer to sample ${at} is another decision than itself`,
          );
          for (const other of answers)
            check(agrees(one, other) === agrees(other, one), 'agrees one way and not the other');
        }
      },
    },
    {
      name: 'says what its decision is of, or decides nothing',
      async run() {
        const subject = await subjectOf();
        for (const { answer, named } of await targetsIn()) {
          const said = named.flatMap(({ targets = [] }) => targets.map((target) => subject.says(answer, target)));
          const isNone = said.every((each) => each === undefined);
          check(isNone || said.every((each) => typeof each === 'boolean'), 'decides by some targets and not by others');
          check(isNone || said.includes(true), `"${answer.decision}" is decided, and no option is said`);
        }
      },
    },
    {
      name: 'knows no words of another kind, or says by a code what is wrong with them',
      async run() {
        const subject = await subjectOf();
        const [answer] = await answered(all);
        for (const words of strangers) {
          const outcome = outcomeOf(() => subject.targets(words, answer!));
          const isRefused = outcome.failure === undefined ? outcome.found === undefined : isDiagnosed(outcome.failure);
          check(
            isRefused,
            `"${words}": expected nothing or an error with a code, found ${String(outcome.failure ?? outcome.found)}`,
          );
        }
      },
    },
    {
      name: 'leaves pixels, outputs and answers as they were',
      async run() {
        const subject = bound(await open());
        const own = structuredClone(untouched);
        const fed = subject.feeds(own);
        checkUnchanged('the pixels', own, untouched);
        const outputs: Tensors = await subject.model.run(fed, subject.reads);
        const before = structuredClone(outputs);
        const answers = subject.answersOf(outputs);
        checkUnchanged('the outputs', outputs, before);
        const kept = structuredClone(answers);
        for (const answer of answers) {
          for (const { target } of answer.options) {
            for (const named of subject.targets(target, answer) ?? []) subject.says(answer, named);
          }
          subject.agrees(answer, answers[0]!);
        }
        subject.answersOf(await outputsFor(subject, ofSome(all.toReversed())));
        checkUnchanged('the answers', structuredClone(answers), kept);
        checkUnchanged('the outputs', outputs, before);
      },
    },
  ]);
}

/** The subject with methods that can be handed on. */
function bound(subject: Subject): Subject {
  return new Proxy(subject, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function outcomeOf<T>(work: () => T): { readonly found?: T; readonly failure?: unknown } {
  try {
    return { found: work() };
  } catch (failure) {
    return { failure };
  }
}

function isShare(value: number | undefined): boolean {
  return value === undefined || (value >= 0 && value <= 1);
}

function checkAnswers(what: string, actual: readonly Answer[], expected: readonly Answer[], tolerance: number): void {
  check(actual.length === expected.length, `${what}: expected ${expected.length} answers, found ${actual.length}`);
  for (const [at, { decision, probability, options }] of expected.entries()) {
    const found = actual[at]!;
    check(found.decision === decision, `${what}: expected "${decision}", found "${found.decision}"`);
    check(
      isSame(
        found.options.map(({ target, label }) => [target, label]),
        options.map(({ target, label }) => [target, label]),
      ),
      `${what}: other options`,
    );
    const scores = (of: Answer['options']) => of.map(({ score }) => score);
    checkClose(`${what}, scores`, scores(found.options), scores(options), tolerance);
    check(
      found.probability === probability || Math.abs((found.probability ?? NaN) - (probability ?? NaN)) <= tolerance,
      `${what}: a probability of ${found.probability}, expected ${probability}`,
    );
  }
}
