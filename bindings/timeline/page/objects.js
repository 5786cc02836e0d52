// Objects: a row each.  Of a lock, who holds it and, as steps above, how many wait; of a queue or a semaphore, how full
// it is; of others, how many wait.

function valueAt(curve, time) {
  const i = lastBefore(curve.at, 0, curve.at.length, time);
  return i >= 0 ? curve.values[i] : curve.begin;
}

// Of each pixel of the chart where the curve stands in it, for paintSteps(); there is room for the widest window.
const heights = { list: new Float32Array(0), count: 0 };

// The greatest value of each pixel of a wide view, of the bins that it touches.
function findHeightsInBins({ width, peaks }, most, floor, room) {
  const step = grain() / width, scale = room / most, last = peaks.length - 1;
  for (let x = 0, at = timeAt(view.gutter) / width; x < heights.count; x++, at += step) {
    let value = 0;
    const to = Math.min(at + step, last + 1);
    for (let bin = Math.max(0, Math.floor(at)); bin < to; bin++) if (peaks[bin] > value) value = peaks[bin];
    heights.list[x] = floor - value * scale;
  }
}

function findHeights(curve, floor, room) {
  const { at, values, levels } = curve, count = Math.max(0, Math.ceil(view.width - view.gutter));
  if (heights.list.length < count) heights.list = new Float32Array(count * 2);
  heights.count = count;
  const level = levelFor(curve.bins), most = Math.max(1, curve.most);
  if (level) return findHeightsInBins(level, most, floor, room);
  let last = lastBefore(at, 0, at.length, view.from), value = last >= 0 ? values[last] : curve.begin;
  for (let x = 0; x < count; x++) {
    const next = last + 1 < at.length ? gallop(at, last + 1, at.length, timeAt(view.gutter + x + 1)) : at.length;
    const highest = next > last + 1 ? values[peak(values, levels, last + 1, next)] : value;
    heights.list[x] = floor - Math.max(value, highest) / most * room;
    if (next > last + 1) value = values[next - 1];
    last = next - 1;
  }
}

// Has the heights as steps on the context's path, from left to right.
function traceSteps(context) {
  const { list, count } = heights;
  let before = list[0];
  context.moveTo(view.gutter, before);
  for (let x = 1; x < count; x++) {
    if (list[x] === before) continue;
    context.lineTo(view.gutter + x, before);
    context.lineTo(view.gutter + x, before = list[x]);
  }
  context.lineTo(view.width, before);
}

// Fills below the steps, and draws them.
function paintSteps(context, floor, fill, object, alpha) {
  context.beginPath();
  traceSteps(context);
  context.lineTo(view.width, floor);
  context.lineTo(view.gutter, floor);
  context.fillStyle = fill;
  context.globalAlpha = alpha;
  context.fill();
  context.globalAlpha = 1;
  context.beginPath();
  traceSteps(context);
  context.strokeStyle = colourOf(object);
  context.stroke();
}

function paintCurve(context, row, curve, object) {
  const floor = row.y + row.height - 5;
  findHeights(curve, floor, row.height - 11);
  context.lineWidth = 1.25;
  paintSteps(context, floor, colourOf(object), object, 0.28);
}

// How many wait for a lock: steps above who holds it.
function paintWaiters(context, row, object) {
  const curve = derived.curves[object].waiters, floor = row.y + row.height - 22;
  if (curve.most === 0) return;
  findHeights(curve, floor, row.height - 25);
  context.lineWidth = 1;
  paintSteps(context, floor, tileOf(object), object, 1);
}

// The holds from i on that begin within this pixel, as one column; the next one behind them.
function addHeldPixel(holds, i, pixel, bar, object) {
  const limit = timeAt(pixel + 1);
  let next = gallop(holds.from, i, holds.count, limit);
  if (next - 1 > i && holds.to[next - 1] - holds.from[next - 1] >= grain()) next--;
  next = Math.max(next, i + 1);
  const share = Math.min(1, (holds.heldBefore[next] - holds.heldBefore[i]) / grain());
  addColumn(PAINT.object + places[object], pixel, bar.height, share);
  return next;
}

function paintHold(context, holds, i, bar, object) {
  const left = Math.max(Math.floor(xOf(holds.from[i])), view.gutter), right = Math.min(xOf(holds.to[i]), view.width);
  if (right <= view.gutter) return;
  const width = Math.max(1, right - left - 0.5);
  if (width <= LABELLED) return addRectangle(PAINT.object + places[object], left, bar.top, width, bar.height);
  context.fillStyle = colourOf(object);
  context.fillRect(left, bar.top, width, bar.height);
  paintLabel(context, [data.taskNames[holds.task[i]]], left, right, bar, palette.css.surface);
}

// Who held it; of a pixel with several holds, how much of it they took.
function paintHolders(context, row, object) {
  const holds = derived.heldBy[object], bar = { top: row.y + row.height - 21, height: 16 }, least = grain();
  const level = levelFor(derived.heldBins[object]);
  if (level) {
    addBins(level, PAINT.object, bar.top + bar.height, bar.height, false);
    for (let k = firstLong(level, holds); k < level.long.length && holds.from[level.long[k]] < view.to; k++) {
      paintHold(context, holds, level.long[k], bar, object);
    }
    return;
  }
  for (let i = firstHold(holds); i < holds.count && holds.from[i] < view.to;) {
    if (holds.to[i] - holds.from[i] >= least) paintHold(context, holds, i++, bar, object);
    else i = addHeldPixel(holds, i, Math.max(view.gutter, Math.floor(xOf(holds.from[i]))), bar, object);
  }
  endColumns(bar.top + bar.height);
}

function hasDepth(object) {
  return derived.curves[object].depth.at.length > 0;
}

function paintObject(context, row) {
  const object = row.index;
  if (LOCKS.has(data.objectKinds[object])) {
    paintWaiters(context, row, object);
    paintHolders(context, row, object);
  } else {
    const curve = hasDepth(object) ? derived.curves[object].depth : derived.curves[object].waiters;
    paintCurve(context, row, curve, object);
  }
}

// What stands beside the name: what the row's height means.
function scaleOf(object) {
  const { depth, waiters } = derived.curves[object];
  if (LOCKS.has(data.objectKinds[object])) return waiters.most > 0 ? `≤ ${waiters.most} waiting` : "never waited for";
  if (!hasDepth(object)) return `≤ ${waiters.most} waiting`;
  return data.objectKinds[object] === "semaphore" ? `≤ ${depth.most} taken` : `depth ≤ ${depth.most}`;
}

// Those of which there is something to see: they were held, filled or waited for; the ends of tasks are seen in lanes.
function shownObjects() {
  return objectsInOrder().filter((object) => !isTaskObject(object) && (derived.heldBy[object].count > 0 ||
    hasDepth(object) || derived.curves[object].waiters.most > 0));
}
