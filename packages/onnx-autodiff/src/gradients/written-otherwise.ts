/** Operators that are written in others before rules read a graph, by what becomes of them. */
export const writtenOtherwise: Readonly<Record<string, readonly string[]>> = {
  'Older names: written as ScatterElements and Resize.': ['Scatter', 'Upsample'],
  'Sequences and optional tensors whose parts are known ahead: what is taken out of one is the tensor that was put in.':
    [
      'ConcatFromSequence',
      'Optional',
      'OptionalGetElement',
      'SequenceAt',
      'SequenceConstruct',
      'SequenceEmpty',
      'SequenceErase',
      'SequenceInsert',
      'SplitToSequence',
    ],
};

/** Operators of ONNX that have no rule yet, by the reason: on the path of a gradient each is an error that names it. */
export const leftOut: Readonly<Record<string, readonly string[]>> = {
  'Sound: no network that looks at pictures has it.': ['STFT'],
  'Caches of language models, which are filled step by step.': ['TensorScatter'],
  'Matrices: no network that looks at pictures has it.': ['Det'],
  'Detectors of before 2018: RoiAlign took its place, and no exporter writes it.': ['MaxRoiPool'],
  'A body for each tensor of a sequence: no exporter writes it.': ['SequenceMap'],
  'Its values are some of its input, but how many is only known when it runs, and no network that looks at pictures has it.':
    ['Unique'],
};

/** Operators of com.microsoft that ONNX Runtime computes on the CPU and that have no rule, by the reason. */
export const leftOutOfMicrosoft: Readonly<Record<string, readonly string[]>> = {
  'Decoders of language models: caches that are filled step by step, and attention over them. Encoders of pictures are fused to Attention, MultiHeadAttention or QAttention.':
    [
      ...[
        'CausalConvWithState',
        'DecoderMaskedMultiHeadAttention',
        'GatedDeltaNet',
        'GatedRMSNorm',
        'GroupQueryAttention',
      ],
      ...['LinearAttention', 'LinearAttentionGate', 'MRotaryEmbedding', 'SparseAttention', 'VarlenCausalConvWithState'],
    ],
  'Whole loops that choose tokens, which have no slope.': [
    ...['BeamSearch', 'GreedySearch', 'SampleOp', 'Sampling', 'WhisperBeamSearch'],
  ],
  'Numbers or texts of tokens in, where no gradient of a picture arrives.': [
    ...[
      'EngramGate',
      'GatherBlockQuantized',
      'MurmurHash3',
      'NGramHashMapping',
      'NGramRepeatBlock',
      'QEmbedLayerNormalization',
    ],
    ...['Tokenizer', 'VarlenNGramHashMapping', 'WordConvEmbedding'],
  ],
  'Mixtures of experts and connections of large language models.': [
    ...[
      'BranchwiseRMSNorm',
      'GatedAdd',
      'HyperConnectionPostMix',
      'HyperConnectionPreMix',
      'MoE',
      'MoEGroupRouter',
      'QMoE',
    ],
    'ScaledSiLU',
  ],
  'Sound, sequences and classical learning: no network that looks at pictures has it.': [
    ...[
      'AttnLSTM',
      'BifurcationDetector',
      'CDist',
      'DynamicTimeWarping',
      'Inverse',
      'MaxpoolWithMask',
      'SparseToDenseMatMul',
    ],
    'UnfoldTensor',
  ],
  'Forms of standard operators that no exporter and no optimiser of ONNX Runtime writes.': [
    ...['ConvTransposeWithDynamicPads', 'CropAndResize', 'ExpandDims', 'GatherND', 'GatherPacked', 'MatMulFpQ4'],
    ...['MatMulInteger16', 'Pad', 'Range', 'Unique'],
  ],
};
