// Bins: what lasts, added up over equal pieces of the trace's time, in several widths that are made once.  Where a
// pixel is as long as a bin or longer, a frame reads one or two bins a pixel, and not the spans in it.
//
// What lasts a bin or longer is not in it, but in the level's list of those that are drawn by themselves.

const FEWEST_BINS = 256, EACH = 4, MOST_BINS = 1 << 17; // so many spans a bin at least, on average
const SLEEPS = 0xffffffff; // instead of an object: nobody is waited for

function levelOf(count, width) {
  return { width, amounts: new Float32Array(count), objects: new Uint32Array(count), most: new Float32Array(count),
    long: null };
}

function addPart(level, bin, amount, whole, object) {
  level.amounts[bin] += amount;
  if (whole <= level.most[bin]) return;
  level.most[bin] = whole;
  level.objects[bin] = object;
}

// Adds what lasts from..to, less than a bin, and amounts to so much.
function addShort(level, from, to, amount, object) {
  const last = level.amounts.length - 1;
  const bin = Math.max(0, Math.min(last, Math.floor(from / level.width))), edge = (bin + 1) * level.width;
  if (to <= edge || bin === last) return addPart(level, bin, amount, amount, object);
  const share = (edge - from) / (to - from);
  addPart(level, bin, amount * share, amount, object);
  addPart(level, bin + 1, amount * (1 - share), amount, object);
}

// Takes the spans of a list, or of [first, end): each is added, or is one of the long ones.
function fill(level, spans, list) {
  const { from, to, amount, objectOf, first, end } = spans, long = [];
  const count = list ? list.length : end - first;
  for (let k = 0; k < count; k++) {
    const i = list ? list[k] : first + k;
    if (to[i] - from[i] >= level.width) long.push(i);
    else if (amount[i] > 0) addShort(level, from[i], to[i], amount[i], objectOf(i));
  }
  level.long = Uint32Array.from(long);
}

function coarser(finer, spans) {
  const count = finer.amounts.length / 2, level = levelOf(count, finer.width * 2);
  for (let bin = 0; bin < count; bin++) {
    for (let half = 2 * bin; half < 2 * bin + 2; half++) {
      if (finer.amounts[half] > 0) addPart(level, bin, finer.amounts[half], finer.most[half], finer.objects[half]);
    }
  }
  fill(level, spans, finer.long);
  return level;
}

// How many bins a list of so many is worth; 0: it is short enough to be read in each frame.
function binsFor(count) {
  let bins = FEWEST_BINS;
  while (bins * 2 * EACH <= count && bins < MOST_BINS) bins *= 2;
  return bins * EACH <= count ? bins : 0;
}

// The levels of [first, end) of columns from, to and amount; objectOf(i) is what each is for.  The finest one is first.
function binsOf(spans) {
  let count = binsFor(spans.end - spans.first);
  if (count === 0) return [];
  const levels = [levelOf(count, times.length / count)];
  fill(levels[0], spans, null);
  for (count /= 2; count >= FEWEST_BINS; count /= 2) levels.push(coarser(levels[levels.length - 1], spans));
  for (const level of levels) level.most = null;
  return levels;
}

function findBins() {
  const { seenFrom, waits, holds, heldBy, curves } = derived, { object } = data;
  derived.laneBins = data.lanes.map(({ first, end }) => binsOf({ first, end, from: seenFrom, to: times.until,
    amount: waits, objectOf: (i) => (isSleep(i) ? SLEEPS : object[i]) }));
  const ofHolds = (list) => binsOf({ first: 0, end: list.count, from: list.from, to: list.to, amount: list.lasts,
    objectOf: (i) => list.object[i] });
  derived.holdBins = holds.map(ofHolds);
  derived.heldBins = heldBy.map(ofHolds);
  for (const { depth, waiters } of curves) for (const curve of [depth, waiters]) curve.bins = peakBinsOf(curve);
}

// The coarsest level whose bins are not longer than a pixel; undefined: even those of the finest are.
function levelFor(levels) {
  const least = grain();
  let found;
  for (const level of levels) if (level.width <= least) found = level;
  return found;
}

// The place in the level's list of the first span that ends in the view, but for those that others run within.
function firstLong(level, { from, to }) {
  const { long } = level;
  let low = 0, high = long.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (from[long[middle]] <= view.from) low = middle + 1;
    else high = middle;
  }
  for (let back = 0; back < 32 && low > 0 && (back === 0 || to[long[low - 1]] > view.from); back++) low--;
  return low;
}

// Columns, `room` high, for the pixels of the view in which there is something: as high as it takes of the pixel, in
// the paint of the object for which it is most; `whole`: all are as high as can be.
function addBins(level, paint, floor, room, whole) {
  const { amounts, objects, width } = level, least = grain(), step = least / width;
  const first = Math.max(view.gutter, Math.floor(xOf(0))), end = Math.min(view.width, xOf(times.length));
  for (let pixel = first, at = timeAt(first) / width; pixel < end; pixel++, at += step) {
    const to = Math.min(at + step, amounts.length);
    let sum = 0, most = 0, object = 0;
    for (let bin = Math.max(0, Math.floor(at)); bin < to; bin++) {
      const part = amounts[bin] * (Math.min(bin + 1, to) - Math.max(bin, at));
      sum += part;
      if (part > most) {
        most = part;
        object = objects[bin];
      }
    }
    if (sum === 0) continue;
    addColumn(object === SLEEPS ? PAINT.sleeps : paint + places[object], pixel, room,
      whole ? 1 : Math.min(1, sum / least));
  }
  endColumns(floor);
}

// ---- of curves ----

// The greatest value of each bin, what it begins with too.
function finestPeaks({ at, values, begin }, count) {
  const peaks = new Int32Array(count), width = times.length / count;
  let value = begin;
  for (let bin = 0, i = 0; bin < count; bin++) {
    let most = value;
    for (; i < at.length && (at[i] < (bin + 1) * width || bin === count - 1); i++) {
      value = values[i];
      if (value > most) most = value;
    }
    peaks[bin] = most;
  }
  return { width, peaks };
}

function peakBinsOf(curve) {
  const count = binsFor(curve.at.length), levels = count > 0 ? [finestPeaks(curve, count)] : [];
  while (levels.length > 0) {
    const { width, peaks: finer } = levels[levels.length - 1];
    if (finer.length <= FEWEST_BINS) break;
    const peaks = new Int32Array(finer.length / 2);
    for (let bin = 0; bin < peaks.length; bin++) peaks[bin] = Math.max(finer[2 * bin], finer[2 * bin + 1]);
    levels.push({ width: width * 2, peaks });
  }
  return levels;
}
