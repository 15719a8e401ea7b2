import { evidence, type Answer, type Subject, type SubjectReading, type Target } from '../contracts/subject.ts';
import { checker, kindOf } from './checker.ts';
import type { GuardedContribution } from './guarded-contribution.ts';

/** Ways of reading a model; throws PLUGIN_RESULT_INVALID. */
export function checkReadings(result: unknown, of: GuardedContribution): readonly SubjectReading[] {
  const check = checker(of);
  for (const [at, reading] of check.list(result, 'readings', undefined).entries()) {
    const what = `reading ${at + 1}`;
    const { evidence: strength, why, tensors } = check.object<SubjectReading>(reading, what);
    check.that(evidence.includes(strength), `${what} with the evidence ${String(strength)}`, evidence.join(', '));
    check.that(typeof why === 'string' && why.trim() !== '', `${what} without a reason`, 'a text');
    const named = Object.values(check.object<Record<string, unknown>>(tensors, `the tensors of ${what}`));
    check.that(
      named.length > 0 && named.every((each) => typeof each === 'string'),
      `${what} with tensors ${named.map(String).join(', ')}`,
      'names of tensors',
    );
  }
  return result as readonly SubjectReading[];
}

/** A subject whose answers and targets are checked as they are given; throws PLUGIN_RESULT_INVALID. */
export function checkedSubject(result: unknown, of: GuardedContribution): Subject {
  const check = checker(of);
  const subject = check.object<Subject>(result, 'the subject');
  for (const name of ['feeds', 'answersOf', 'targets', 'agrees', 'says'] as const) {
    check.that(typeof subject[name] === 'function', `a subject without a function ${name}`, 'a function');
  }
  check.that(typeof subject.task === 'string', 'a subject without a task', 'a text');
  const reads = check.list(subject.reads, 'names of tensors that it reads', undefined);
  check.that(reads.length > 0, 'a subject that reads no tensor', 'the names of one or more');

  const answersOf: Subject['answersOf'] = (outputs) => {
    const batch = outputs[subject.reads[0]!]?.dims[0];
    const answers = check.list(subject.answersOf(outputs), 'answers', undefined) as readonly Answer[];
    for (const [at, answer] of answers.entries()) {
      const what = `answer ${at + 1} of ${answers.length} to a batch of ${batch}`;
      const { options, decision, probability } = check.object<Answer>(answer, what);
      check.that(typeof decision === 'string', `${what}: a decision of type ${kindOf(decision)}`, 'a text');
      check.that(isShare(probability), `${what}: a probability of ${String(probability)}`, '0..1, or undefined');
      for (const option of check.list(options, `options of ${what}`, undefined)) {
        const { target, probability: own } = check.object<Answer['options'][number]>(option, `an option of ${what}`);
        check.that(typeof target === 'string', `an option of ${what} without a target`, 'a text');
        check.that(isShare(own), `an option of ${what} with a probability of ${String(own)}`, '0..1, or undefined');
      }
    }
    return answers;
  };
  const targets: Subject['targets'] = (words, answer) => {
    const found = subject.targets(words, answer);
    if (found === undefined) return undefined;
    for (const target of check.list(found, 'targets', undefined)) {
      const { words: own, reading } = check.object<Target>(target, 'a target');
      check.that(typeof own === 'string' && own !== '', 'a target without words', 'a text');
      check.object(reading, 'the reading of a target');
    }
    return found;
  };
  const methods: Partial<Subject> = { answersOf, targets };
  return new Proxy(subject, {
    get: (target, name) => {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name) as unknown;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function isShare(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && !(value < 0 || value > 1));
}
