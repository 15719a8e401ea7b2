// Prints the page of operators from the built rules: npm run build && node tools/docs/operators.mjs > docs/operators.md
// With --names the short list that stands in the README of onnx-autodiff.
import { gradientRules, operatorNames, operatorsPage } from '@understory/onnx-autodiff';

const write = process.argv.includes('--names') ? operatorNames : operatorsPage;
process.stdout.write(write(gradientRules.values()));
