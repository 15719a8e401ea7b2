import { packageConfig } from '../../jest.preset.mjs';

export default packageConfig('environment-web');
