// Objects: a row each.  Of a lock, who holds it and, as steps above, how many wait; of a queue or a semaphore, how full
// it is; of others, how many wait.

// The greatest value within [from, to) and the one at its end, of a curve.
function highest(curve, from, to) {
  let i = lastBefore(curve.at, 0, curve.at.length, from);
  let most = i >= 0 ? curve.values[i] : curve.begin;
  const end = lastBelow(curve.at, Math.max(i, 0), curve.at.length, to) + 1;
  for (i++; i < end && i % BLOCK !== 0; i++) most = Math.max(most, curve.values[i]);
  for (; i + BLOCK <= end; i += BLOCK) most = Math.max(most, curve.greatest[i / BLOCK]);
  for (; i < end; i++) most = Math.max(most, curve.values[i]);
  return most;
}

function valueAt(curve, time) {
  const i = lastBefore(curve.at, 0, curve.at.length, time);
  return i >= 0 ? curve.values[i] : curve.begin;
}

// The outline of a curve within the view, a step a pixel; y(value) is where a value is.
function stepPath(curve, y, floor) {
  const path = new Path2D(), line = new Path2D();
  let before = null;
  path.moveTo(view.gutter, floor);
  for (let x = Math.floor(view.gutter); x < view.width; x++) {
    const at = y(highest(curve, timeAt(x), timeAt(x + 1)));
    if (at === before) continue;
    if (before === null) line.moveTo(x, at);
    else line.lineTo(x, before);
    path.lineTo(x, before === null ? floor : before);
    path.lineTo(x, at);
    line.lineTo(x, at);
    before = at;
  }
  path.lineTo(view.width, before);
  line.lineTo(view.width, before);
  path.lineTo(view.width, floor);
  path.closePath();
  return { path, line };
}

function paintCurve(context, row, curve, object) {
  const top = row.y + 6, floor = row.y + row.height - 5, most = Math.max(1, curve.most);
  const { path, line } = stepPath(curve, (value) => floor - value / most * (floor - top), floor);
  context.fillStyle = colourOf(object);
  context.globalAlpha = 0.28;
  context.fill(path);
  context.globalAlpha = 1;
  context.strokeStyle = colourOf(object);
  context.lineWidth = 1.25;
  context.stroke(line);
}

function paintHolders(context, row, object) {
  const holds = derived.heldBy[object], bar = { top: row.y + row.height - 21, height: 16 };
  eachHold(holds, (i, left, right) => {
    context.fillStyle = colourOf(object);
    context.fillRect(left, bar.top, Math.max(1, right - left - 0.5), bar.height);
    if (right - left > 30) paintLabel(context, [data.taskNames[holds.task[i]]], left, right, bar, palette.css.surface);
  });
}

// How many wait for a lock: steps above who holds it.
function paintWaiters(context, row, object) {
  const curve = derived.curves[object].waiters;
  if (curve.most === 0) return;
  const floor = row.y + row.height - 22, top = row.y + 3;
  const { path } = stepPath(curve, (value) => floor - value / curve.most * (floor - top), floor);
  context.fillStyle = tileOf(object);
  context.fill(path);
  context.strokeStyle = colourOf(object);
  context.lineWidth = 1;
  context.stroke(path);
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
