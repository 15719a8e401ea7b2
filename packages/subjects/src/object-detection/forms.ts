/** A way in which detectors hand out what they find. */
export interface DetectionForm {
  /** For a person. */
  readonly about: string;
  /** Boxes whose probability is lower are not part of the answer. */
  readonly threshold: number;
  /** Boxes of one class that overlap a better one by more (intersection over union) are left out; none where absent. */
  readonly overlap?: number;
  /** Whether each class of a place is an option of its own; else only its best one is. */
  readonly isEachClass?: boolean;
}

/**
 * Thresholds are those that the families' own code uses: 0.25 of YOLO, 0.5 of transformers; overlaps 0.7 of Ultralytics, 0.45 of YOLOv5, YOLOX
 * and SSD.
 */
export const forms = {
  yolov8: {
    about: 'YOLOv8 and later: 4 numbers of a box and a score a class for each place, [N, 4 + C, A]',
    threshold: 0.25,
    overlap: 0.7,
  },
  yolov5: {
    about: 'YOLOv5 to YOLOv7: a box, its objectness and a score a class for each place, [N, A, 5 + C]',
    threshold: 0.25,
    overlap: 0.45,
  },
  yolox: {
    about: 'YOLOX: as YOLOv5, with boxes as offsets in their cells and logarithms of sizes, [N, A, 5 + C]',
    threshold: 0.25,
    overlap: 0.45,
  },
  'end-to-end': {
    about: 'YOLOv10 and others without suppression: corners, score and class of each box, [N, K, 6]',
    threshold: 0.25,
  },
  rtdetr: {
    about: 'RT-DETR of Ultralytics: centre and size in 0..1 and a score a class for each query, [N, Q, 4 + C]',
    threshold: 0.25,
  },
  detr: {
    about: 'DETR and YOLOS: a softmax over the classes and "no object" at the end, boxes as centre and size in 0..1',
    threshold: 0.5,
  },
  'detr-sigmoid': {
    about: 'Conditional, Deformable and RT-DETR: a sigmoid of each class, boxes as centre and size in 0..1',
    threshold: 0.5,
    isEachClass: true,
  },
  'boxes-scores': {
    about: 'RetinaNet and others: corners of boxes and scores of all classes for each',
    threshold: 0.25,
    overlap: 0.45,
    isEachClass: true,
  },
  'boxes-scores-background': {
    about: 'SSD: corners of boxes and a softmax over the background, which comes first, and the classes',
    threshold: 0.25,
    overlap: 0.45,
    isEachClass: true,
  },
  detections: {
    about: 'boxes, scores and classes after suppression, [N, K, 4], [N, K] and [N, K]',
    threshold: 0.25,
  },
  unbatched: {
    about: 'boxes, scores and classes after suppression, of one picture: [K, 4], [K] and [K]',
    threshold: 0.25,
  },
} as const satisfies Readonly<Record<string, DetectionForm>>;

export type FormId = keyof typeof forms;

export function isForm(text: string | undefined): text is FormId {
  return text !== undefined && Object.hasOwn(forms, text);
}
