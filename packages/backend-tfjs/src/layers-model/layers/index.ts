export { CentredResizing, CentredUpSampling2D } from './resampling.ts';
export { CustomScaleLayer } from './custom-scale-layer.ts';
export { Elu } from './elu.ts';
export {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
} from './global-pooling.ts';
export { GroupNormalization } from './group-normalization.ts';
export { Identity } from './identity.ts';
export { LayerScale } from './layer-scale.ts';
export { Normalization } from './normalization.ts';
export { RectifiedLinear } from './rectified-linear.ts';
export { Rescaling } from './rescaling.ts';
export { Subtract } from './subtract.ts';
