import type { NoGradient } from '../gradient-rule.ts';

const reasons: Readonly<Record<string, readonly string[]>> = {
  'Piecewise constant: the derivative is 0 wherever there is one, so that the path ends here.': [
    'Ceil',
    'Floor',
    'Hardmax',
    'Round',
    'Sign',
  ],
  'The result is true or false.': [
    'And',
    'Equal',
    'Greater',
    'GreaterOrEqual',
    'IsInf',
    'IsNaN',
    'Less',
    'LessOrEqual',
    'Not',
    'Or',
    'OptionalHasElement',
    'Xor',
  ],
  'Whole numbers in, whole numbers out.': ['BitShift', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor'],
  'The bits of a number as those of another type, which is no function that has a slope.': ['BitCast'],
  'Texts or bytes in.': ['ImageDecoder', 'RegexFullMatch', 'StringConcat', 'StringNormalizer', 'StringSplit'],
  'Counts of whole numbers or of texts.': ['TfIdfVectorizer'],
  'Made of settings, not of what a network computes.': [
    'BlackmanWindow',
    'HammingWindow',
    'HannWindow',
    'MelWeightMatrix',
  ],
  'The result is places, not values.': ['ArgMax', 'ArgMin', 'NonMaxSuppression', 'NonZero'],
  'Only the shape of the input counts.': ['ConstantOfShape', 'EyeLike', 'SequenceLength', 'Shape', 'Size'],
  'Drawn at random; of the input at most the shape counts.': [
    'RandomNormal',
    'RandomNormalLike',
    'RandomUniform',
    'RandomUniformLike',
  ],
  'Drawn at random: a sample does not depend on its probability in a differentiable way.': ['Bernoulli', 'Multinomial'],
  'It has no inputs.': ['Constant'],
};

/** Operators at which the path of a gradient ends, by the reason why. */
export const noGradient: readonly NoGradient[] = Object.entries(reasons).flatMap(([covers, operators]) =>
  operators.map((operator) => ({ operator, opsets: [7, 26] as const, noGradient: true as const, covers })),
);
