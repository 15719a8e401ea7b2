import type { Json } from './keras-json.ts';

/** What of a layer's configuration TensorFlow.js would pass over without a word, and nothing here computes either. */
export function passedOver(className: string, config: Json): string | undefined {
  const isSet = (value: unknown, plain: number) =>
    [value ?? plain].flat().some((one) => one !== null && Number(one) !== plain);
  switch (className) {
    case 'Conv1D':
    case 'Conv2D':
      return isSet(config['groups'], 1) ? 'groups, which TensorFlow.js passes over' : undefined;
    case 'Conv2DTranspose':
      if (isSet(config['dilation_rate'], 1)) return 'a dilation rate, which TensorFlow.js passes over in this layer';
      return config['output_padding'] === undefined || config['output_padding'] === null
        ? undefined
        : 'output_padding, which TensorFlow.js passes over';
    case 'LayerNormalization':
      return config['rms_scaling'] === true ? 'rms_scaling, which TensorFlow.js passes over' : undefined;
    case 'AveragePooling1D':
    case 'MaxPooling1D':
      if (config['data_format'] === 'channels_first') return 'channels_first, which TensorFlow.js passes over here';
      break;
    case 'RandomWidth':
    case 'RandomHeight':
      return 'a size that TensorFlow.js draws whenever the network is run';
  }
  return undefined;
}
