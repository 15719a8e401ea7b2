import { posixPaths } from './posix-paths.ts';

/** How a file that is not read here becomes one that is. */
export interface ExportRecipe {
  /** What such files are, in words. */
  readonly format: string;
  /** What to run, in a sentence. */
  readonly command: string;
}

const torch: ExportRecipe = {
  format: 'weights of PyTorch',
  command:
    'Load it in Python into its network and run torch.onnx.export(model.eval(), (torch.zeros(1, 3, 224, 224),), "model.onnx", dynamo=True).',
};

const keras: ExportRecipe = {
  format: 'a network of Keras',
  command:
    'Run in Python: keras.models.load_model(file).export("model.onnx", format="onnx"), or: tensorflowjs_converter --input_format keras FILE tfjs.',
};

const paddle: ExportRecipe = {
  format: 'a network of PaddlePaddle',
  command:
    'Run: paddle2onnx --model_dir FOLDER --model_filename model.pdmodel --params_filename model.pdiparams --save_file model.onnx.',
};

/** By the ending of the name. */
const recipes: ReadonlyMap<string, ExportRecipe> = new Map([
  ...['.pt', '.pth', '.ckpt', '.bin'].map((ending) => [ending, torch] as const),
  [
    '.safetensors',
    {
      format: 'weights without their network',
      command:
        'Run: optimum-cli export onnx --model FOLDER --task image-classification OUT, or for timm: torch.onnx.export of timm.create_model(NAME, checkpoint_path=FILE).',
    },
  ],
  ...['.keras', '.h5', '.hdf5'].map((ending) => [ending, keras] as const),
  [
    '.pb',
    {
      format: 'a graph of TensorFlow',
      command: 'Run: python -m tf2onnx.convert --saved-model FOLDER --opset 17 --output model.onnx.',
    },
  ],
  [
    '.tflite',
    {
      format: 'a network of TensorFlow Lite',
      command: 'Run: python -m tf2onnx.convert --tflite FILE --opset 17 --output model.onnx.',
    },
  ],
  ...['.pdmodel', '.pdiparams', '.pdparams'].map((ending) => [ending, paddle] as const),
  ...['.mlmodel', '.mlpackage'].map(
    (ending) =>
      [
        ending,
        { format: 'a network of Core ML', command: 'Export the network that it was converted from to ONNX.' },
      ] as const,
  ),
  ['.engine', { format: 'a plan of TensorRT', command: 'Export the network that it was built from to ONNX.' }],
]);

/** The recipe for a file, by the ending of its name; undefined where there is none. */
export function exportRecipe(name: string): ExportRecipe | undefined {
  return recipes.get(posixPaths.extname(name).toLowerCase());
}
