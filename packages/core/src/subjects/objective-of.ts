import type { Objective } from '../contracts/objective.ts';
import type { Reading, Target } from '../contracts/subject.ts';
import { float32 } from '../tensor/tensor.ts';

/** Targets of one form, and of no other, share an objective: the readings are of the same outputs in the same way. */
export function formOf({ reading }: Pick<Target, 'reading'>): string {
  return formOfReading(reading);
}

function formOfReading(reading: Reading): string {
  switch (reading.kind) {
    case 'element':
      return `element of ${JSON.stringify(reading.output)}`;
    case 'similarity':
      return `${reading.scale} x similarity of ${JSON.stringify(reading.output)}`;
    case 'weights':
      return `weights of ${JSON.stringify(reading.output)} [${reading.weights.dims.join(', ')}]`;
    case 'sum':
      return `sum (${reading.terms.map(({ weight, of }) => `${weight} x ${formOfReading(of)}`).join(' + ')})`;
  }
}

/** The objective of one target a sample; throws a RangeError where they are not of one form. */
export function objectiveOf(targets: readonly Pick<Target, 'reading'>[]): Objective {
  return objectiveOfReadings(targets.map(({ reading }) => reading));
}

function objectiveOfReadings(readings: readonly Reading[]): Objective {
  const [first, ...others] = readings;
  if (first === undefined) throw new RangeError('an objective of no target');
  const form = formOfReading(first);
  if (others.some((other) => formOfReading(other) !== form)) throw new RangeError('targets of more than one form');
  switch (first.kind) {
    case 'element':
      return { kind: 'score', output: first.output, index: readings.map((each) => (each as typeof first).index) };
    case 'similarity': {
      const vectors = readings.map((each) => (each as typeof first).to);
      return {
        ...{ kind: 'similarity', output: first.output, scale: first.scale },
        to: float32(joined(vectors), [vectors.length, first.to.length]),
      };
    }
    case 'weights': {
      const all = readings.map((each) => (each as typeof first).weights);
      const cotangent = float32(joined(all.map(({ data }) => data)), [all.length, ...first.weights.dims]);
      return { kind: 'cotangent', cotangents: { [first.output]: cotangent } };
    }
    case 'sum':
      return sumOf(readings as readonly (typeof first)[]);
  }
}

function sumOf(readings: readonly Extract<Reading, { kind: 'sum' }>[]): Objective {
  const [first] = readings;
  const terms = first!.terms.map(({ weight }, at) => ({
    weight,
    of: objectiveOfReadings(readings.map((each) => each.terms[at]!.of)),
  }));
  return { kind: 'sum', terms };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
