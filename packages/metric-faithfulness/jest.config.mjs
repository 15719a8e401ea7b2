import { packageConfig } from '../../jest.preset.mjs';

export default packageConfig('metric-faithfulness');
