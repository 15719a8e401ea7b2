import { isJsonObject } from '@understory/core';
import { relationNamed } from '../captions/relations.ts';

/** A step of what a question of GQA asks, such as `filter hposition` of step 0 with the argument `left`. */
interface Step {
  readonly operation: string;
  readonly dependencies: readonly number[];
  readonly argument: string;
}

/** A thing that a step names, such as `apple (271881)`. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** The steps of a question; none where they are not given. */
export function stepsOf(semantic: unknown): readonly Step[] {
  if (!Array.isArray(semantic)) return [];
  return semantic.flatMap((step: unknown): readonly Step[] => {
    if (!isJsonObject(step)) return [];
    const { operation, dependencies, argument } = step as Readonly<Record<string, unknown>>;
    if (typeof operation !== 'string') return [];
    return [
      {
        operation,
        dependencies: Array.isArray(dependencies)
          ? dependencies.filter((at): at is number => Number.isInteger(at))
          : [],
        argument: typeof argument === 'string' ? argument : '',
      },
    ];
  });
}

/** The one thing that a question asks about, behind the filters of its last step; undefined where it asks about several, or none that is there. */
export function askedThing(steps: readonly Step[]): Named | undefined {
  let at = steps.length - 1;
  // A step depends on earlier ones.
  for (let most = steps.length; most > 0; most -= 1) {
    const step = steps[at];
    if (step === undefined) return undefined;
    if (/^(?:select|relate)\b/.test(step.operation)) return thingOf(step.argument);
    const [before, ...others] = step.dependencies;
    if (before === undefined || others.length > 0 || before >= at) return undefined;
    at = before;
  }
  return undefined;
}

/** Every thing that is named. */
export function namedThings(steps: readonly Step[]): readonly Named[] {
  return steps.flatMap(({ argument }) => thingOf(argument) ?? []);
}

/** Whether the answer depends on where things are: on a side of the picture, or on a relation of places. */
export function isAboutPlaces(steps: readonly Step[]): boolean {
  return steps.some(({ operation, argument }) => {
    if (/position/i.test(operation) || (operation === 'query' && /position/i.test(argument))) return true;
    if (!/(?:^|\s)rel(?:ate)?\b/.test(operation)) return false;
    const [, relation = ''] = argument.split(',');
    return relation.split('|').some((name) => (relationNamed(name)?.kind ?? 'relation') !== 'relation');
  });
}

/** `table,on,s (723)` and `apple (271881)`; undefined of several things at once and of `-`, which is none. */
function thingOf(argument: string): Named | undefined {
  const [, words = '', id] = /^([^(]*)\((\d+)\)$/.exec(argument.trim()) ?? [];
  return id === undefined ? undefined : { id, name: words.split(',')[0]!.trim() };
}
