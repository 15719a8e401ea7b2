import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

/** Samples, size of an input and of the hidden state. */
const [N, I, H] = [3, 2, 3];
const gatesOf = { GRU: 3, LSTM: 4, RNN: 1 } as const;

interface Form {
  readonly form: string;
  readonly operator: keyof typeof gatesOf;
  /** 4 by default. */
  readonly steps?: number;
  readonly direction?: 'forward' | 'reverse' | 'bidirectional';
  readonly attributes?: GradientCheckRow['attributes'];
  readonly bias?: boolean;
  readonly lengths?: readonly number[];
  readonly initial?: boolean;
  readonly peepholes?: boolean;
  readonly outputs?: number;
  readonly objective?: readonly number[];
  readonly opset?: number;
  readonly range?: readonly [number, number];
}

function row({
  form,
  operator,
  direction,
  attributes,
  bias,
  lengths,
  initial,
  peepholes,
  range,
  steps = 4,
  ...rest
}: Form) {
  const count = direction === 'bidirectional' ? 2 : 1;
  const width = gatesOf[operator] * H;
  const given = (dims: readonly number[], own: Partial<RowInput> = {}): RowInput => ({
    dims,
    range: range ?? [-1, 1],
    ...own,
  });
  const state = initial ? given([count, N, H]) : null;
  const inputs: (RowInput | null)[] = [
    given([steps, N, I]),
    given([count, width, I]),
    given([count, width, H]),
    bias ? given([count, 2 * width]) : null,
    lengths ? { dims: [N], type: 'int32', values: lengths } : null,
    state,
    ...(operator === 'LSTM' ? [state, peepholes ? given([count, 3 * H]) : null] : []),
  ];
  while (inputs.at(-1) === null) inputs.pop();
  const all = { hidden_size: H, ...(direction && { direction }), ...attributes };
  return { operator, form, attributes: all, inputs, ...rest } satisfies GradientCheckRow;
}

/** As many steps as directions: an objective adds up outputs along their first axis. */
const everything = { direction: 'bidirectional', bias: true, initial: true, steps: 2 } as const;

export const recurrentRows: readonly GradientCheckRow[] = [
  ...(['LSTM', 'GRU', 'RNN'] as const).flatMap((operator) => {
    const outputs = operator === 'LSTM' ? 3 : 2;
    const every = { outputs, objective: operator === 'LSTM' ? [0, 1, 2] : [0, 1] };
    return [
      row({ operator, form: 'the inputs that none does without' }),
      row({ operator, form: 'a bias, opset 7', bias: true, opset: 7 }),
      row({
        operator,
        form: 'in reverse, the final state alone',
        direction: 'reverse',
        bias: true,
        outputs: 2,
        objective: [1],
      }),
      row({ operator, form: 'both directions, initial states, every output', ...everything, ...every, opset: 14 }),
      row({
        operator,
        form: 'both directions, sequences of unequal lengths',
        ...everything,
        ...every,
        lengths: [2, 1, 2],
      }),
      row({ operator, form: 'both directions, four steps', ...everything, steps: 4 }),
      row({
        operator,
        form: 'in reverse, sequences of unequal lengths',
        direction: 'reverse',
        ...every,
        lengths: [2, 4, 1],
      }),
      row({
        operator,
        form: 'a bound on what goes into an activation',
        bias: true,
        attributes: { clip: { float: 0.7 } },
        range: [-0.5, 0.5],
      }),
    ];
  }),
  row({ operator: 'LSTM', form: 'peepholes', ...everything, peepholes: true, outputs: 3, objective: [0, 1, 2] }),
  row({
    operator: 'LSTM',
    form: 'peepholes, input and forget gates coupled',
    bias: true,
    peepholes: true,
    attributes: { input_forget: 1 },
  }),
  row({ operator: 'LSTM', form: 'the final cell state alone', bias: true, outputs: 3, objective: [2] }),
  row({
    operator: 'LSTM',
    form: 'an empty sequence',
    ...everything,
    lengths: [0, 2, 1],
    outputs: 3,
    objective: [0, 1, 2],
  }),
  row({
    operator: 'LSTM',
    form: 'activations of each direction with parameters of their own',
    ...everything,
    attributes: {
      activations: { strings: ['HardSigmoid', 'ScaledTanh', 'softsign', 'Sigmoid', 'Elu', 'Affine'] },
      activation_alpha: { floats: [0.3, 0.9, 0.8, 1.2] },
      activation_beta: { floats: [0.45, 0.7, 0.1] },
    },
  }),
  row({
    operator: 'GRU',
    form: 'linear before reset',
    ...everything,
    attributes: { linear_before_reset: 1 },
    outputs: 2,
    objective: [0, 1],
  }),
  row({
    operator: 'GRU',
    form: 'linear before reset, no bias, sequences of unequal lengths',
    attributes: { linear_before_reset: 1 },
    lengths: [3, 4, 2],
  }),
  row({
    operator: 'GRU',
    form: 'activations whose parameters are left out',
    bias: true,
    attributes: { activations: { strings: ['HardSigmoid', 'Elu'] } },
  }),
  row({ operator: 'GRU', form: 'an empty sequence', ...everything, lengths: [0, 2, 1], outputs: 2, objective: [0, 1] }),
  ...['Affine', 'Elu', 'HardSigmoid', 'ScaledTanh', 'Sigmoid', 'Softplus', 'Softsign'].map((activation) =>
    row({
      operator: 'RNN',
      form: `${activation} with parameters`,
      bias: true,
      attributes: {
        activations: { strings: [activation] },
        activation_alpha: { floats: [0.6] },
        activation_beta: { floats: [0.4] },
      },
      range: [-0.35, 0.35],
    }),
  ),
  row({
    operator: 'RNN',
    form: 'Elu whose parameter is left out',
    bias: true,
    attributes: { activations: { strings: ['Elu'] } },
  }),
];
