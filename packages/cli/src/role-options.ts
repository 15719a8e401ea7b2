import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { roleValue } from './option-values.ts';
import { adding, type Arguments } from './options.ts';

export type RoleOptions = {
  readonly model?: Readonly<Record<string, string>> | undefined;
  readonly data?: Readonly<Record<string, string>> | undefined;
  readonly quick?: boolean | undefined;
};

/** The options that say what the models and data are that a list of studies names. */
export function withRoles<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & RoleOptions> {
  return adding<RoleOptions, A, O>(command, [
    new Option('--model <role=model>', 'the model that a list calls so; may be repeated').argParser(roleValue),
    new Option('--data <role=data>', 'the data set or images that a list calls so; may be repeated').argParser(
      roleValue,
    ),
    new Option('--quick', 'fewer images, where a list says how many'),
  ]);
}
