import { quantisedBinary } from '../support/quantised-operator.ts';

export const microsoftQLinearMul = quantisedBinary('QLinearMul', 'Mul');
