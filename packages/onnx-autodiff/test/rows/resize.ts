import type { GradientCheckRow, RowInput } from '../../src/gradient-check/index.ts';

const x = (...dims: number[]): RowInput => ({ dims });
const vector = (values: readonly number[], constant = true): RowInput => ({
  dims: [values.length],
  values,
  constant,
  check: false,
});
const sizes = (values: readonly number[], constant = true): RowInput => ({
  dims: [values.length],
  type: 'int64',
  values,
  constant,
});

const scaled = (
  form: string,
  dims: number[],
  scales: readonly number[],
  attributes: GradientCheckRow['attributes'],
  opset = 18,
): GradientCheckRow => ({
  operator: 'Resize',
  form: `${form}, scales ${scales.join(' ')}`,
  opset,
  // Opset 11 wants a roi, an empty one will do; opset 10 has none.
  inputs: opset === 10 ? [x(...dims), vector(scales)] : [x(...dims), opset === 11 ? vector([]) : null, vector(scales)],
  attributes: { ...attributes },
});
const sized = (
  form: string,
  dims: number[],
  to: readonly number[],
  attributes: GradientCheckRow['attributes'],
  opset = 18,
): GradientCheckRow => ({
  operator: 'Resize',
  form: `${form}, sizes ${to.join(' ')}`,
  opset,
  inputs: [x(...dims), null, null, sizes(to)],
  attributes: { ...attributes },
});

/** Points well between pixels, some of them outside the picture. */
function grid(dims: readonly number[], picture: readonly number[], aligned: number): RowInput {
  const points = dims.reduce((product, dim) => product * dim, 1);
  const values = Array.from({ length: points }, (_, point) =>
    picture.toReversed().map((size, axis) => {
      const place = ((point * (axis + 3) + axis) % (size + 4)) - 2 + 0.3 + 0.05 * (point % 3);
      return aligned ? (2 * place) / (size - 1) - 1 : (2 * place + 1) / size - 1;
    }),
  );
  return { dims: [...dims, picture.length], values: values.flat() };
}

const coordinates = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

export const resizeRows: readonly GradientCheckRow[] = [
  ...coordinates.flatMap((coordinate_transformation_mode) => [
    ...roundings.flatMap((nearest_mode) => {
      const attributes = { mode: 'nearest', coordinate_transformation_mode, nearest_mode };
      return [
        scaled(`nearest, ${coordinate_transformation_mode}, ${nearest_mode}`, [1, 2, 3, 4], [1, 1, 2, 3], attributes),
        sized(`nearest, ${coordinate_transformation_mode}, ${nearest_mode}`, [1, 2, 4, 5], [1, 2, 6, 3], attributes),
      ];
    }),
    ...['linear', 'cubic'].flatMap((mode) => [
      scaled(`${mode}, ${coordinate_transformation_mode}`, [1, 2, 3, 4], [1, 1, 2, 1.6], {
        mode,
        coordinate_transformation_mode,
      }),
      sized(`${mode}, ${coordinate_transformation_mode}`, [2, 1, 6, 5], [2, 1, 4, 8], {
        mode,
        coordinate_transformation_mode,
      }),
    ]),
  ]),
  ...['linear', 'cubic'].flatMap((mode) => [
    sized(`${mode}, antialias`, [1, 2, 9, 7], [1, 2, 4, 3], { mode, antialias: 1 }),
    scaled(`${mode}, antialias`, [1, 2, 6, 5], [1, 1, 0.5, 1.5], { mode, antialias: 1 }),
    sized(`${mode}, newer opset`, [1, 2, 4, 5], [1, 2, 6, 3], { mode }, 19),
    scaled(`${mode}, older opset`, [1, 2, 4, 5], [1, 1, 2, 0.5], { mode }, 11),
  ]),
  scaled('cubic, exclude_outside', [1, 2, 4, 5], [1, 1, 1.5, 0.7], {
    mode: 'cubic',
    exclude_outside: 1,
    cubic_coeff_a: { float: -0.5 },
  }),
  scaled('cubic, cubic_coeff_a', [1, 2, 4, 5], [1, 1, 1.5, 2], { mode: 'cubic', cubic_coeff_a: { float: -0.4 } }),
  scaled(
    'nearest, one axis, older opset',
    [2, 3, 5],
    [1, 1, 2],
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    13,
  ),
  scaled('nearest, opset 10', [1, 2, 3, 4], [1, 1, 2, 2], { mode: 'nearest' }, 10),
  scaled('linear, three axes', [1, 2, 3, 2, 4], [1, 1, 2, 1.5, 0.5], { mode: 'linear' }),
  scaled('linear, two dimensions', [3, 4], [2, 1.5], { mode: 'linear' }),
  scaled('linear, channels last', [1, 3, 4, 2], [1, 2, 1.5, 1], { mode: 'linear' }),
  scaled('nearest, every axis', [2, 3, 2, 3], [2, 1.5, 2, 1], { mode: 'nearest' }),
  { ...sized('linear, axes', [1, 2, 3, 4], [5, 6], { mode: 'linear', axes: [2, 3] }) },
  { ...scaled('nearest, negative axes', [1, 2, 3, 4], [2, 3], { mode: 'nearest', axes: [-1, -2] }) },
  {
    operator: 'Resize',
    form: 'computed sizes',
    symbolic: false,
    inputs: [x(1, 2, 3, 4), null, null, sizes([1, 2, 5, 7], false)],
    attributes: { mode: 'linear' },
  },
  {
    operator: 'Resize',
    form: 'computed scales',
    inputs: [x(1, 2, 3, 4), null, vector([1, 1, 2, 1.5], false)],
    attributes: { mode: 'linear' },
  },
  ...['nearest', 'linear', 'cubic'].map((mode): GradientCheckRow => ({
    operator: 'Resize',
    form: `tf_crop_and_resize, ${mode}`,
    inputs: [x(1, 2, 5, 6), vector([0, 0, 0.2, -0.3, 1, 1, 0.9, 0.8]), null, sizes([1, 2, 4, 5])],
    attributes: { mode, coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: { float: 3 } },
  })),
  {
    operator: 'Upsample',
    form: 'nearest',
    opset: 9,
    inputs: [x(1, 2, 3, 4), vector([1, 1, 2, 3])],
    attributes: { mode: 'nearest' },
  },
  {
    operator: 'Upsample',
    form: 'linear',
    opset: 9,
    inputs: [x(1, 2, 3, 4), vector([1, 1, 2, 3])],
    attributes: { mode: 'linear' },
  },

  ...['DCR', 'CRD'].map((mode): GradientCheckRow => ({
    operator: 'DepthToSpace',
    form: mode,
    inputs: [x(2, 8, 2, 3)],
    attributes: { blocksize: 2, mode },
  })),
  { operator: 'DepthToSpace', form: 'older opset', opset: 9, inputs: [x(1, 9, 2, 2)], attributes: { blocksize: 3 } },
  { operator: 'SpaceToDepth', form: 'blocks of 2', inputs: [x(2, 3, 4, 6)], attributes: { blocksize: 2 } },
  {
    operator: 'SpaceToDepth',
    form: 'blocks of 3, older opset',
    opset: 11,
    inputs: [x(1, 2, 6, 3)],
    attributes: { blocksize: 3 },
  },

  ...['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
    [0, 1].flatMap((align_corners) =>
      [16, 20].flatMap((opset) =>
        (opset === 16 ? ['nearest', 'bilinear', 'bicubic'] : ['nearest', 'linear', 'cubic']).map(
          (mode): GradientCheckRow => ({
            operator: 'GridSample',
            form: `${mode}, ${padding_mode}, align_corners ${align_corners}`,
            opset,
            inputs: [x(2, 3, 4, 5), grid([2, 3, 3], [4, 5], align_corners)],
            attributes: { mode, padding_mode, align_corners },
          }),
        ),
      ),
    ),
  ),
  ...['nearest', 'linear'].map((mode): GradientCheckRow => ({
    operator: 'GridSample',
    form: `${mode}, three axes`,
    opset: 20,
    inputs: [x(1, 2, 3, 2, 4), grid([1, 2, 2, 2], [3, 2, 4], 0)],
    attributes: { mode },
  })),
];
