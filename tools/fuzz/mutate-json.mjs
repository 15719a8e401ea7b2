import { jsonValues, names } from './special-values.mjs';

/** Every place in a JSON value: what holds it and under which key. */
function placesOf(value) {
  const places = [];
  const waiting = [value];
  while (waiting.length > 0) {
    const holder = waiting.pop();
    if (typeof holder !== 'object' || holder === null) continue;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      waiting.push(holder[key]);
    }
  }
  return places;
}

const set = (holder, key, value) =>
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });

/** A value of its own: what is put into one place is changed there alone, and in this case alone. */
const fresh = (draw) => structuredClone(draw.pick(jsonValues));

const structural = {
  replace: ({ holder, key }, draw) => set(holder, key, fresh(draw)),
  name: ({ holder, key }, draw) => set(holder, key, draw.pick(names)),
  remove({ holder, key }) {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  },
  add({ holder }, draw) {
    if (Array.isArray(holder)) holder.push(fresh(draw));
    else set(holder, draw.pick(names), fresh(draw));
  },
  rename({ holder, key }, draw) {
    if (Array.isArray(holder)) return;
    const value = holder[key];
    delete holder[key];
    set(holder, draw.pick(names), value);
  },
  wrap: ({ holder, key }, draw) => set(holder, key, draw.chance(0.5) ? [holder[key]] : { value: holder[key] }),
  unwrap({ holder, key }) {
    const value = holder[key];
    if (typeof value === 'object' && value !== null) set(holder, key, Object.values(value)[0] ?? null);
  },
  number({ holder, key }, draw) {
    if (typeof holder[key] === 'number') {
      set(holder, key, draw.pick([0, -1, -holder[key], holder[key] + 1, holder[key] * 1000, holder[key] / 3, 1e308]));
    } else set(holder, key, JSON.stringify(holder[key]));
  },
  swap({ holder, key }, draw) {
    const other = draw.pick(Object.keys(holder));
    const [one, two] = [holder[key], holder[other]];
    set(holder, key, two);
    set(holder, other, one);
  },
  repeat({ holder, key }, draw) {
    if (Array.isArray(holder)) holder.push(...Array(draw.pick([1, 3, 100])).fill(holder[key]));
    else set(holder, `${key}`, [holder[key], holder[key]]);
  },
};

const textual = {
  mark: (text) => `\ufeff${text}`,
  deep: (text, draw) => {
    const depth = draw.pick([100, 10_000, 200_000]);
    return `${'['.repeat(depth)}${text}${']'.repeat(depth)}`;
  },
  comment: (text) => `// a comment\n${text}`,
  trailingComma: (text) => text.replace(/([\]}])\s*$/, ',$1'),
  single: (text) => text.replaceAll('"', "'"),
  notANumber: (text) => text.replace(/\d+/, 'NaN'),
  hugeNumber: (text) => text.replace(/\d+/, '1e999'),
  twice: (text) => text + text,
  repeatedKey: (text) => text.replace(/"([^"]+)"\s*:/, '"$1": 1, "$1":'),
  proto: (text) => text.replace('{', '{"__proto__": {"polluted": true, "plugins": 3},'),
  cut: (text, draw) => text.slice(0, draw.integer(0, text.length)),
  empty: (_, draw) => draw.pick(['', ' ', '\n', 'null', '[]', '{}', '""', '0', 'true', 'nul', '{', '"']),
  wide: (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  binary: (_, draw) => Uint8Array.from({ length: 200 }, () => draw.integer(0, 255)),
};

/** The text of a JSON value, or bytes, with one to three places changed, or spoilt as text; and what was done. */
export function mutateJson(value, draw) {
  if (draw.chance(0.25)) {
    const name = draw.pick(Object.keys(textual));
    return { text: textual[name](JSON.stringify(value, null, 2), draw), done: `text ${name}` };
  }
  const root = { root: structuredClone(value) };
  const done = [];
  for (let count = draw.integer(1, 3); count > 0; count -= 1) {
    const place = draw.pick(placesOf(root));
    const name = draw.pick(Object.keys(structural));
    done.push(`${name} ${place.key}`);
    structural[name](place, draw);
    if (Object.keys(root).length === 0) root.root = {};
  }
  return { text: JSON.stringify(Object.values(root)[0]) ?? 'null', done: done.join(', ') };
}
