import { isJsonObject } from '@understory/core';

/** A step of the program that a question of CLEVR was made from. */
export interface ClevrStep {
  /** Such as `filter_color`, `relate`, `unique` or `query_shape`. */
  readonly function: string;
  readonly inputs: readonly number[];
  /** Such as `left`. */
  readonly values: readonly string[];
}

/** An object of a scene, with its attributes by name. */
export type ClevrObject = Readonly<Record<'color' | 'material' | 'shape' | 'size', string>>;

/** What a program is run on. */
export interface ClevrScene {
  readonly objects: readonly ClevrObject[];
  /** By relation, which objects stand so to each object. */
  readonly relationships: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** The steps of a program; none where it is not given, or is no list of steps. */
export function clevrSteps(program: unknown): readonly ClevrStep[] {
  if (!Array.isArray(program)) return [];
  const steps = program.flatMap((step: unknown): readonly ClevrStep[] => {
    if (!isJsonObject(step)) return [];
    const {
      function: named,
      type = named,
      inputs = [],
      value_inputs: values,
      side_inputs: sides = values,
    } = step as Readonly<Record<string, unknown>>;
    if (typeof type !== 'string' || !Array.isArray(inputs)) return [];
    return [
      {
        function: type,
        inputs: inputs.filter((at): at is number => Number.isInteger(at)),
        values: Array.isArray(sides) ? sides.filter((value): value is string => typeof value === 'string') : [],
      },
    ];
  });
  return steps.length === program.length ? steps : [];
}

/** Whether its answer depends on where things are. */
export function readsPlaces(steps: readonly ClevrStep[]): boolean {
  return steps.some((step) => step.function === 'relate');
}

/** What a question asks for, as CLEVR's authors group them; undefined without a program. */
export function clevrKind(steps: readonly ClevrStep[]): string | undefined {
  const last = steps.at(-1)?.function;
  if (last === undefined) return undefined;
  if (/^(?:equal_integer|less_than|greater_than)$/.test(last)) return 'compare integer';
  if (last.startsWith('equal_')) return 'compare attribute';
  return last.startsWith('query_') ? 'query attribute' : last;
}

type Value = readonly number[] | string | number | boolean;

/** What a program comes to, and the object that its last step is about; undefined where it makes no sense of the scene, such as a thing that is not the only one. */
export function runClevr(
  steps: readonly ClevrStep[],
  scene: ClevrScene,
): { readonly answer: string; readonly about: number | undefined } | undefined {
  const values: Value[] = [];
  for (const [at, step] of steps.entries()) {
    const inputs = step.inputs.flatMap((input) => (input < at ? [values[input]!] : []));
    const value = valueOf(step, inputs, scene);
    if (value === undefined) return undefined;
    values.push(value);
  }
  const answer = values.at(-1);
  if (answer === undefined || Array.isArray(answer)) return undefined;
  const about = subjectOf(steps, values);
  return { answer: typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : String(answer as string | number), about };
}

/** The same scene in a mirror. */
export function mirroredScene({ objects, relationships }: ClevrScene): ClevrScene {
  const { left = [], right = [] } = relationships;
  return { objects, relationships: { ...relationships, left: right, right: left } };
}

/** The one object that the last step reads, where it reads one. */
function subjectOf(steps: readonly ClevrStep[], values: readonly Value[]): number | undefined {
  const { inputs } = steps.at(-1)!;
  const [only, ...others] = inputs;
  const read = only === undefined || others.length > 0 ? undefined : values[only];
  return Array.isArray(read) && read.length === 1 ? (read[0] as number) : undefined;
}

function valueOf(
  { function: name, values: [value = ''] }: ClevrStep,
  [one, other]: readonly Value[],
  { objects, relationships }: ClevrScene,
): Value | undefined {
  const [verb = '', attribute = ''] = name.split('_');
  const things = Array.isArray(one) ? (one as readonly number[]) : undefined;
  const of = (thing: number) => objects[thing]?.[attribute as keyof ClevrObject];
  const [thing] = things ?? [];
  switch (verb) {
    case 'scene':
      return objects.map((_, at) => at);
    case 'filter':
      return things?.filter((each) => of(each) === value);
    case 'unique':
      return things?.length === 1 ? things : undefined;
    case 'relate':
      return thing === undefined ? undefined : relationships[value]?.[thing];
    case 'same':
      return thing === undefined
        ? undefined
        : [...objects.keys()].filter((each) => each !== thing && of(each) === of(thing));
    case 'union':
    case 'intersect':
      return things && Array.isArray(other) ? joined(verb, things, other as readonly number[]) : undefined;
    case 'count':
      return things?.length;
    case 'exist':
      return things && things.length > 0;
    case 'query':
      return thing === undefined ? undefined : of(thing);
    case 'equal':
      return one === other;
    case 'less':
      return Number(one) < Number(other);
    case 'greater':
      return Number(one) > Number(other);
    default:
      return undefined;
  }
}

function joined(verb: 'union' | 'intersect', one: readonly number[], other: readonly number[]): readonly number[] {
  if (verb === 'intersect') return one.filter((each) => other.includes(each));
  return [...new Set([...one, ...other])].toSorted((a, b) => a - b);
}
