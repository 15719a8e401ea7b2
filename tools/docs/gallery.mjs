/**
 * The pictures of the documentation, each with the command lines that make it, in a folder with `coffee.png` and `chelsea.png` of
 * `packages/cli/samples` and `orchard.png`, a scene of `@understory/datasets/orchard`. `npm run docs` runs them all for the gallery, and
 * `npm run pictures` those with a `file`, which are committed in `docs/images/`. Of one that `isSlow` the gallery shows the committed file. Several pictures are shown below each other.
 */
export const gallery = [
  {
    id: 'demo',
    title: 'Four methods, two layers',
    says: 'In the last layer of a network that ends in global average pooling and one linear layer, CAM and Grad-CAM are the same map. In an earlier layer the methods differ.',
    commands: ['understory demo --out demo'],
    picture: 'demo/contact-sheet.png',
    file: 'demo.png',
  },
  {
    id: 'gradients',
    title: 'From layers to pixels',
    says: 'Maps of layers are coarse and show where; maps of pixels are fine and noisy. The map of integrated gradients keeps its sign.',
    commands: [
      'understory explain chelsea.png --explainer layercam,saliency,smoothgrad,integrated-gradients --sheet --no-overlay --out gradients',
    ],
    picture: 'gradients/sheet.png',
  },
  {
    id: 'methods',
    title: 'Every method on one photograph',
    says: 'The class is tabby, the layer the last spatial one. Methods of a layer agree on the face; methods of pixels on eyes, nose and whiskers; superpixels and masks show what the score loses. Maps with signs follow in colours with a middle: red speaks for the class, blue against it. The photograph goes through convolutions alone, and no bundled transformer knows photographs: the two methods that read attention are shown below on a scene of drawn fruit and its caption.',
    commands: [
      'understory explain chelsea.png --explainer cam,eigencam,gradcam,gradcam++,layercam,hirescam,xgradcam,shapleycam,eigengradcam,dff,saliency,smoothgrad,guided-backpropagation,fullgrad,rise:masks=500,scorecam,ablationcam --target tabby --sheet --no-overlay --out methods',
      'understory explain chelsea.png --explainer integrated-gradients,input-x-gradient,deeplift,lrp:rule=epsilon,occlusion,lime:samples=500,kernelshap:samples=500 --target tabby --sheet --no-overlay --colour-map rdbu --opacity 0.7 --out signed',
      'understory explain orchard.png --model orchard-clip-sighted --text "a yellow apple" --against "a green strawberry" --explainer attention-rollout,generic-attention --sheet --no-overlay --out attention',
    ],
    picture: ['methods/sheet.png', 'signed/sheet.png', 'attention/sheet.png'],
    file: 'methods.png',
    isSlow: true,
  },
  {
    id: 'baselines',
    title: 'Maps that know nothing of the network',
    says: 'Noise, the middle of the picture and its edges look like explanations too. A measure that cannot tell them from a real one measures nothing.',
    commands: ['understory explain coffee.png --explainer gradcam,random,centre,sobel --sheet --out baselines'],
    picture: 'baselines/sheet.png',
  },
  {
    id: 'channels',
    title: 'What channels respond to',
    says: 'Eight channels in the middle of the network, each by a picture that raises it: gradient ascent on frequencies, from noise of one seed.',
    commands: ['understory visualise --model efficientnet-lite0 --layer _blocks.6 --channel 0..7 --out channels'],
    picture: 'channels/sheet.png',
    file: 'channels.png',
    isSlow: true,
  },
  {
    id: 'detector',
    title: 'The boxes of a detector',
    says: 'A target is a box with its label, and the map is of the score of that box.',
    commands: [
      'understory explain orchard.png --model orchard-detector --target box:apple,box:pineapple --explainer layercam,saliency,occlusion --sheet --no-overlay --out detector',
    ],
    picture: 'detector/sheet.png',
    file: 'detector.png',
  },
  {
    id: 'segmenter',
    title: 'The regions of a segmenter',
    says: 'A target is the region of a label: the sum of its scores over its pixels.',
    commands: [
      'understory explain orchard.png --model orchard-segmenter --target region:apple,region:pineapple --explainer layercam,saliency,occlusion --sheet --no-overlay --out segmenter',
    ],
    picture: 'segmenter/sheet.png',
    file: 'segmenter.png',
  },
  {
    id: 'captions',
    title: 'Captions, and what they are contrasted with',
    says: 'The network was trained with mirror images, so that it reads places. The map of the contrast shows what makes one caption fit better than the other.',
    commands: [
      'understory explain orchard.png --model orchard-clip-sighted --text "a yellow apple" --against "a green strawberry" --explainer gradcam,saliency --sheet --out captions',
    ],
    picture: 'captions/sheet.png',
  },
  {
    id: 'faithful',
    title: 'Is the map faithful?',
    says: 'The most important pixels go first, and the score should fall fast. Of boxes of this detector saliency beats random maps and LayerCAM does not, although both point at the fruit.',
    commands: [
      'understory evaluate orchard:size=160 --model orchard-detector --target box:0 --explainer layercam,saliency,random --metric deletion --limit 12 --out runs/boxes',
      'understory report runs/boxes',
    ],
    picture: 'runs/boxes/figures/deletion.curve.png',
    file: 'faithful.png',
  },
  {
    id: 'shuffled',
    title: 'Does arrangement matter?',
    says: 'The patches of the photograph are permuted. The network still sees a cup, no longer an espresso, and is no longer sure.',
    commands: [
      'understory probe shuffle coffee.png --grid 4 --permutations 1 --out runs/shuffle',
      'understory report runs/shuffle',
    ],
    picture: 'runs/shuffle/figures/examples.png',
    file: 'shuffled.png',
  },
  {
    id: 'captions-told-apart',
    title: 'Captions that differ in one thing',
    says: 'A model of pictures and captions that was trained on words in random order: it tells fruit and colours apart, and guesses places.',
    commands: [
      'understory probe clip orchard --model orchard-clip-blind --explainer none --limit 40 --out runs/clip',
      'understory report runs/clip',
    ],
    picture: 'runs/clip/figures/which-captions-are-told-apart.png',
  },
  {
    id: 'attack',
    title: 'An attack through a mask',
    says: 'Only the fifth of the pixels that the heat map calls most important may change, by at most 12 of 255 levels, until the network says agama.',
    commands: [
      'understory attack pgd coffee.png --model efficientnet-lite0 --target-class agama --mask origin-top:0.2 --out runs/attack',
      'understory report runs/attack',
    ],
    picture: 'runs/attack/figures/example-1.png',
    file: 'attack.png',
  },
];

/** The commands whose results `docs/images/four-jobs.png` shows, and the pictures of each. */
export const fourJobs = {
  file: 'four-jobs.png',
  commands: [
    'understory explain coffee.png --explainer gradcam --out explained',
    ...gallery.filter(({ id }) => ['faithful', 'shuffled', 'attack'].includes(id)).flatMap(({ commands }) => commands),
  ],
  cells: [
    [
      { picture: 'explained/coffee.gradcam.top1.png', caption: 'explain: what makes it say espresso' },
      { picture: 'runs/boxes/figures/deletion.curve.png', caption: 'evaluate: is the map faithful, with intervals' },
    ],
    [
      { picture: 'runs/shuffle/examples/coffee/shuffled-map.png', caption: 'probe: patches permuted, and still a cup' },
      { picture: 'runs/attack/adversarial/coffee', caption: 'attack: agama, through a fifth of the pixels' },
    ],
  ],
};
