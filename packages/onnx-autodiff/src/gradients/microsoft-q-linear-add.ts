import { quantisedBinary } from '../support/quantised-operator.ts';

export const microsoftQLinearAdd = quantisedBinary('QLinearAdd', 'Add');
