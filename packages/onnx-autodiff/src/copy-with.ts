import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';

type Fields<Message> = Omit<Message, '$typeName' | '$unknown'>;

/** The same message with other fields; what neither names reads as its default, which a spread of a message would lose. */
export function copyWith<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  change: { readonly [Name in keyof Fields<MessageShape<Desc>>]?: MessageShape<Desc>[Name] | undefined },
): MessageShape<Desc> {
  const own = Object.fromEntries(Object.entries(message).filter(([name]) => name !== '$typeName'));
  return Object.assign(create(schema), own, change);
}
