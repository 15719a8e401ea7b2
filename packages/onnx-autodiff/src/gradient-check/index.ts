export {
  checkGradient,
  type Execute,
  type GradientCheckRow,
  type GradientCheckResult,
  type RowInput,
} from './gradient-check.ts';
