// Prints the page of operators from the built rules: npm run build && node tools/docs/operators.mjs > docs/operators.md
import { gradientRules, operatorsPage } from '@understory/onnx-autodiff';

process.stdout.write(operatorsPage(gradientRules.values()));
