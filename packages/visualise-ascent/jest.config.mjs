import { packageConfig } from '../../jest.preset.mjs';

export default packageConfig('visualise-ascent');
