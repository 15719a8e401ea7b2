import { expression, float32, type Expression, type Feeds, type PixelSubject, type Program } from '@understory/core';
import type { VisualisedGoal } from '@understory/core';
import { overFrequency, type Basis } from './basis.ts';
import { uncorrelated } from './colours.ts';
import type { AscentValues } from './options.ts';

export interface StepProgramOptions {
  readonly options: AscentValues;
  readonly subject: PixelSubject;
  readonly goal: VisualisedGoal;
  /** How many terms its pictures are made of. */
  readonly terms: Basis['terms'];
  /** What the model is fed beside the picture, for one sample. */
  readonly sides: Feeds;
}

/** What a program calls the weights of a tensor of the goal by its place, the terms of a picture, and a value that the model is fed beside it. */
export const goalName = (at: number): string => `goal.${at}`;
export const rowsName = (term: number): string => `rows.${term}`;
export const columnsName = (term: number): string => `columns.${term}`;
export const sideName = (name: string): string => `side.${name}`;

/** Adam's. Kingma and Ba 2015, algorithm 1. */
export const momenta = { first: 0.9, second: 0.999, small: 1e-8 } as const;

/** How far a pixel may be from the middle before the sigmoid, where it is saturated and the exponential still finite. */
const saturated = 30;
/** Frequencies that step by the learning rate would otherwise saturate pixels at once. */
const damping = 0.25;

/**
 * A picture out of what the ascent changes, the goal for it, and one step of Adam, in one run of the model.
 *
 * In: `state`, `first` and `second` `[N, C, H, W]`, for each term `rows` `[N, 1, H, H]` and `columns`
 * `[N, 1, W, W]`, which make a picture of the
 * state, shifted and enlarged as the step sees it; `size` `[N, 1, 1, 1]`, the length of the step; `strength` `[N, 1]`, what variation is
 * weighed with; what the goal and the side inputs are fed. Out: the next `state`, `first` and `second`; the `pixels` `[N, C, H, W]`
 * that the model was shown, the goal's `value` `[N, 1]` for them and `slope` `[N, 1, 1, 1]`, the largest magnitude of the gradient.
 */
export function stepProgram({ options, subject, goal, sides, terms }: StepProgramOptions): Program {
  const { channels, height, width } = subject;
  const { add, constant, divide, input, matrixProduct, multiply, subtract } = expression;
  const state = input('state');
  const pixels = pictureOf(state, options, subject);
  const value = valueOf(goal);
  const gradient = expression.gradient('state');
  const first = mixed(input('first'), gradient, momenta.first);
  const second = mixed(input('second'), multiply(gradient, gradient), momenta.second);
  const step = divide(first, add(expression.squareRoot(second), momenta.small));
  const fed = Object.keys(sides).map((name) => [name, input(sideName(name))] as const);
  const plane = (name: string, size: number) => ({ name, type: 'float32', dims: ['N', 1, size, size] }) as const;
  const like = (name: string) => ({ name, type: 'float32', dims: ['N', channels, height, width] }) as const;
  return {
    inputs: [
      ...['state', 'first', 'second'].map(like),
      ...each((term) => plane(rowsName(term), height)),
      ...each((term) => plane(columnsName(term), width)),
      { name: 'size', type: 'float32', dims: ['N', 1, 1, 1] },
      { name: 'strength', type: 'float32', dims: ['N', 1] },
      ...Object.values(goal).map(
        ({ dims }, at) => ({ name: goalName(at), type: 'float32', dims: ['N', ...dims.slice(1)] }) as const,
      ),
      ...Object.entries(sides).map(([name, { type, dims }]) => ({
        ...{ name: sideName(name), type },
        dims: ['N', ...dims.slice(1)],
      })),
    ],
    feeds: { ...Object.fromEntries(fed), [subject.subject.picture.name]: subject.normalised(pixels) },
    objective: subtract(value, multiply(input('strength'), variationOf(pixels, subject))),
    outputs: {
      state: add(state, multiply(step, input('size'))),
      ...{ first, second, pixels, value },
      slope: expression.largest(expression.absolute(gradient), [1, 2, 3]),
    },
  };

  function each<Made>(make: (term: number) => Made): readonly Made[] {
    return Array.from({ length: terms }, (_, term) => make(term));
  }

  function mixed(before: Expression, now: Expression, kept: number): Expression {
    return add(multiply(before, kept), multiply(now, 1 - kept));
  }

  function pictureOf(of: Expression, { parametrisation, decorrelate }: AscentValues, { normalisation }: PixelSubject) {
    const scale = constant(float32(overFrequency(height, width, options.decay), [1, 1, height, width]));
    const scaled = parametrisation === 'frequencies' ? multiply(multiply(of, scale), damping) : of;
    const planes = each((term) =>
      matrixProduct(matrixProduct(input(rowsName(term)), scaled), input(columnsName(term))),
    ).reduce((sum, one) => add(sum, one));
    const isColour = channels === 3 && normalisation.mean.length === 3;
    const colours = () => matrixProduct(constant(float32(uncorrelated, [3, 3])), expression.reshape(planes, [3, -1]));
    const mixture = decorrelate && isColour ? expression.reshape(colours(), [channels, height, width]) : planes;
    const within = expression.minimum(expression.maximum(mixture, -saturated), saturated);
    return divide(1, add(expression.exponential(expression.negate(within)), 1));
  }
}

/** The elements of the goal's tensors times their weights, summed: `[N, 1]`. */
function valueOf(goal: VisualisedGoal): Expression {
  return Object.entries(goal)
    .map(([name, { dims }], at) => {
      const axes = dims.slice(1).map((_, axis) => axis + 1);
      const weighted = expression.multiply(expression.tensor(name), expression.input(goalName(at)));
      return expression.reshape(expression.sum(weighted, axes), [1]);
    })
    .reduce((sum, term) => expression.add(sum, term));
}

/** The squared differences of neighbours, their mean over all pixels: `[N, 1]`. Mahendran and Vedaldi 2015, equation 4 with beta = 2. */
function variationOf(pixels: Expression, { channels, height, width }: PixelSubject): Expression {
  const { constant, matrixProduct, multiply, sum } = expression;
  // As products of matrices, whose gradient is one too: that of entries taken along an axis is slow on a large picture.
  const down = matrixProduct(constant(float32(differences(height, 'rows'), [height - 1, height])), pixels);
  const right = matrixProduct(pixels, constant(float32(differences(width, 'columns'), [width, width - 1])));
  const [vertical, horizontal] = [down, right].map((change) => sum(multiply(change, change), [1, 2, 3]));
  const total = expression.add(vertical!, horizontal!);
  return expression.reshape(expression.divide(total, channels * height * width), [1]);
}

/** Each neighbour less the one before, as what multiplies from the left, `[size - 1, size]`, or from the right, `[size, size - 1]`. */
function differences(size: number, along: 'rows' | 'columns'): Float32Array {
  const matrix = new Float32Array((size - 1) * size);
  for (let at = 0; at < size - 1; at += 1) {
    const place = (row: number, column: number) => (along === 'rows' ? row * size + column : column * (size - 1) + row);
    matrix[place(at, at)] = -1;
    matrix[place(at, at + 1)] = 1;
  }
  return matrix;
}
