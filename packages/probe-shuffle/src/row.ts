/** What one disturbance did to one picture. */
export interface ShuffleRow {
  readonly item: string;
  /** The class of the label; null where there is none that the model knows. */
  readonly label: number | null;
  /** What the model says of the picture as it is; everything but `predictedAfter` and `correctAfter` is about this class. */
  readonly predicted: number;
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
  readonly predictedAfter: number;
  readonly sameTop1: boolean;
  readonly correctBefore: boolean | null;
  readonly correctAfter: boolean | null;
  readonly logitBefore: number;
  readonly logitAfter: number;
  readonly logitChange: number;
  readonly probabilityBefore: number;
  readonly probabilityAfter: number;
  readonly probabilityChange: number;
  /** Of the logit over the best of the others. */
  readonly marginBefore: number;
  readonly marginChange: number;
  /** Of the probabilities scaled to a sum of 1, in nats. */
  readonly entropyBefore: number;
  readonly entropyChange: number;
  /** Rank correlation of the map after, moved back along with its pieces, with the map before. */
  readonly mapFollowsPiece: number | null;
  /** Rank correlation of the map after, as it lies, with the map before. */
  readonly mapKeepsPlace: number | null;
  /** Why there are no correlations; null where there are, and where nothing was to be explained. */
  readonly mapReason: string | null;
}
