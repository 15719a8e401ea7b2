/** A node of a graph model as its model.json has it. */
export interface JsonNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}
