/** What one disturbance did to one picture. */
export interface ShuffleRow {
  readonly item: string;
  /** The class of the label; null where there is none that the model knows. */
  readonly label: number | null;
  /**
   * The class that the model decides on for the image as it is, which everything but `predictedAfter` and `correctAfter` is about; null of
   * a model that is no classifier, as with `predictedAfter`.
   */
  readonly predicted: number | null;
  /** What a model that is no classifier says in words, and which target is watched. */
  readonly said?: string;
  readonly target?: string;
  /** `shuffle`, or the id of a control. */
  readonly control: string;
  /** Pieces a side; null for what does not cut. */
  readonly grid: number | null;
  /** Counted from 0. */
  readonly repeat: number;
  /** For each place the piece that came there, or by how many quarter turns its own was turned; empty where nothing is drawn. */
  readonly drawn: readonly number[];
  /** The share of the pixels that lie in pieces; the rest is a frame that stays. */
  readonly covered: number;
  readonly predictedAfter: number | null;
  readonly saidAfter?: string;
  /** Whether the model still decides the same, or gives what its subject takes for the same; null where nothing is decided. */
  readonly sameTop1: boolean | null;
  readonly correctBefore: boolean | null;
  readonly correctAfter: boolean | null;
  /** The explained number: of a class its logit. */
  readonly logitBefore: number;
  readonly logitAfter: number;
  readonly logitChange: number;
  /** Null where the model gives none. */
  readonly probabilityBefore: number | null;
  readonly probabilityAfter: number | null;
  readonly probabilityChange: number | null;
  /** Of the logit over the best of the others; null of a model that is no classifier, as with the entropy. */
  readonly marginBefore: number | null;
  readonly marginChange: number | null;
  /** Of the probabilities scaled to a sum of 1, in nats. */
  readonly entropyBefore: number | null;
  readonly entropyChange: number | null;
  /** Rank correlation of the map after, moved back along with its pieces, with the map before. */
  readonly mapFollowsPiece: number | null;
  /** Rank correlation of the map after, as it lies, with the map before. */
  readonly mapKeepsPlace: number | null;
  /** Why there are no correlations; null where there are, and where nothing was to be explained. */
  readonly mapReason: string | null;
}
