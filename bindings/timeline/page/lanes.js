// Lanes: a row a task.  The bar is its life; where it waits, the bar is hatched in the colour of the object waited for,
// and a line below it is a lock that it holds.
//
// What is smaller than a pixel is added up: of such a pixel, as much is coloured as the task waited in it.  So a frame
// costs as much as there are pixels, however many spans there are.

const BAR = { top: 5, below: 8 }; // room above and below the bar, of which the lower has the locks held
const LABEL = "12px system-ui, sans-serif";

function barOf(row) {
  return { top: row.y + BAR.top, height: row.height - BAR.top - BAR.below - 2 };
}

// The first span of the lane that is seen, by its beginning or its end.
function firstSeen(lane) {
  let i = Math.max(lane.first, lastBefore(times.began, lane.first, lane.end, view.from));
  for (let back = 0; back < 32 && i > lane.first; back++) {
    if (times.until[i - 1] <= view.from) break;
    i--;
  }
  return i;
}

function paintLife(context, row, task) {
  const life = times.tasks[task - 1], bar = barOf(row);
  const left = Math.max(xOf(life.began), view.gutter), right = Math.min(xOf(life.ended), view.width);
  if (right <= left && (right < view.gutter || left > view.width)) return;
  context.fillStyle = palette.css.run;
  context.beginPath();
  context.roundRect(left, bar.top, Math.max(1, right - left), bar.height, 2);
  context.fill();
}

function fitting(context, texts, room) {
  return room > 16 && texts.find((text) => text.length < 60 && widthOf(context, text) <= room);
}

function textsOf(span) {
  return [whatOf(span), wordOf(span) || "?"];
}

// The first of the texts that fits whole: a part of one tells nothing that the pointer does not.
function paintLabel(context, texts, left, right, bar, colour) {
  const from = Math.max(left, view.gutter) + 5, room = Math.min(right, view.width) - from - 4;
  const words = fitting(context, texts, room);
  if (!words) return;
  context.fillStyle = colour;
  context.fillText(words, from, bar.top + bar.height / 2 + 0.5);
}

// The same on a ground on which it can be read.
function paintLabelOnHatch(context, texts, left, right, bar) {
  const from = Math.max(left, view.gutter) + 6, room = Math.min(right, view.width) - from - 6;
  const words = fitting(context, texts, room);
  if (!words) return;
  context.globalAlpha = 0.85;
  context.fillStyle = palette.css.surface;
  context.beginPath();
  context.roundRect(from - 3, bar.top + 4, widthOf(context, words) + 6, bar.height - 9, 3);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = palette.css.text;
  context.fillText(words, from, bar.top + bar.height / 2 + 0.5);
}

function paintWait(context, bar, span, left, right) {
  const sleep = isSleep(span), edge = sleep ? 1 : 2;
  context.fillStyle = sleep ? sleepTile() : tileOf(data.object[span]);
  context.fillRect(left, bar.top, right - left, bar.height);
  context.fillStyle = sleep ? palette.css["run-deep"] : colourOf(data.object[span]);
  context.fillRect(left, bar.top, edge, bar.height);
  if (sleep) return paintLabel(context, ["sleep"], left, right, bar, palette.css.faint);
  context.fillRect(left, bar.top + bar.height - 1.5, right - left, 1.5);
  paintLabelOnHatch(context, textsOf(span), left, right, bar);
}

// The time between the call and the sleeper's return.
function addHandOver(bar, span) {
  const called = times.called[span];
  if (called < 0 || data.waker[span] === 0 || isLogical()) return;
  const left = Math.max(xOf(called), view.gutter), right = Math.min(xOf(times.until[span]), view.width);
  if (right - left >= 2) addRectangle(PAINT.called, left, bar.top, right - left, 3);
}

const LABELLED = 30, HATCHED = 5; // so many pixels wide is what has a label, or hatches that can be told apart

// An operation that does not sleep is a darker part of the bar.
function paintOperation(context, bar, span, left, right) {
  if (right - left <= LABELLED) return addRectangle(PAINT.runs, left, bar.top, Math.max(1, right - left), bar.height);
  context.fillStyle = palette.css["run-deep"];
  context.fillRect(left, bar.top, right - left, bar.height);
  paintLabel(context, textsOf(span), left, right, bar, palette.css["on-run"]);
}

// A wait that is too narrow for hatches.
function addWait(bar, span, left, right) {
  const sleep = isSleep(span), place = places[data.object[span]], edge = Math.min(sleep ? 1 : 2, right - left);
  addRectangle(sleep ? PAINT.edge : PAINT.object + place, left, bar.top, edge, bar.height);
  if (right - left <= edge) return;
  addRectangle(sleep ? PAINT.sleeps : PAINT.tint + place, left + edge, bar.top, right - left - edge, bar.height);
}

function paintSpan(context, bar, span) {
  const waits = times.slept[span] >= 0;
  const left = Math.max(xOf(waits ? times.slept[span] : times.began[span]), view.gutter - (waits ? 2 : 0));
  const right = Math.min(xOf(times.until[span]), view.width + (waits ? 2 : 0));
  if (right <= left) return;
  if (!waits) return paintOperation(context, bar, span, left, right);
  if (right - left < HATCHED) addWait(bar, span, left, right);
  else paintWait(context, bar, span, left, right);
  addHandOver(bar, span);
}

// How long a span is seen: where it slept, from then on.
function seenLength(span) {
  return times.until[span] - derived.seenFrom[span];
}

// The spans from i on that begin within this pixel, as one; the next span behind them.
function addPixel(bar, lane, i, pixel) {
  const limit = timeAt(pixel + 1);
  let next = i + 1;
  if (next < lane.end && times.began[next] < limit) next = gallop(times.began, next, lane.end, limit);
  if (next - 1 > i && seenLength(next - 1) >= grain()) next--; // only the last one can be longer
  const waited = derived.waitedBefore[next] - derived.waitedBefore[i];
  if (waited === 0) return next;
  const longest = longestWait(i, next);
  addColumn(isSleep(longest) ? PAINT.sleeps : PAINT.shares + places[data.object[longest]], pixel, bar.height,
    Math.min(1, waited / (limit - timeAt(pixel))));
  return next;
}

// The first of [first, end) whose value is not below the limit; near ones are found first.
function gallop(list, first, end, limit) {
  let step = 1, low = first;
  while (low + step < end && list[low + step] < limit) {
    low += step;
    step *= 2;
  }
  return lastBelow(list, low, Math.min(end, low + step), limit) + 1;
}

function lastBelow(list, first, end, limit) {
  let low = first, high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// Those of a lane: added up in bins where the view is wide, one by one, or by pixels, where it is not.
function paintSpans(context, row, task) {
  const lane = data.lanes[task], bar = barOf(row), least = grain(), level = levelFor(derived.laneBins[task]);
  if (lane.first === lane.end) return;
  if (level) {
    addBins(level, PAINT.shares, bar.top + bar.height, bar.height, false);
    for (let k = firstLong(level, derived.seen); k < level.long.length; k++) {
      if (times.began[level.long[k]] >= view.to) break;
      paintSpan(context, bar, level.long[k]);
    }
    return;
  }
  for (let i = firstSeen(lane); i < lane.end && times.began[i] < view.to;) {
    if (seenLength(i) >= least) paintSpan(context, bar, i++);
    else i = addPixel(bar, lane, i, Math.max(view.gutter, Math.floor(xOf(times.began[i]))));
  }
  endColumns(bar.top + bar.height);
}

// The first hold that may be seen: of a lock that several read, one that began before others may last longer.
function firstHold(holds) {
  return Math.max(0, lastBefore(holds.from, 0, holds.count, view.from) - 8);
}

// The last of the small holds from i on of which each begins within a pixel of the end of those before it.
function lastInRow(holds, i, least) {
  let last = i, to = holds.to[i];
  while (to < view.to) {
    let next = gallop(holds.from, last, holds.count, to + least) - 1;
    if (next > last && holds.to[next] - holds.from[next] >= least) next--;
    if (next <= last) break;
    last = next;
    to = Math.max(to, holds.to[last]);
  }
  return last;
}

function addHoldLine(holds, first, last, top) {
  const left = Math.max(Math.floor(xOf(holds.from[first])), view.gutter);
  const right = Math.min(xOf(holds.to[last]), view.width);
  if (right <= view.gutter) return;
  addRectangle(PAINT.object + places[holds.object[first]], left, top + Math.min(holds.level[first], 1) * 4,
    Math.max(1, right - left), 3);
}

// A line a hold; small ones in a row are one.
function addHolds(row, task) {
  const holds = derived.holds[task], bar = barOf(row), top = bar.top + bar.height + 2, least = grain();
  const level = levelFor(derived.holdBins[task]);
  if (level) {
    addBins(level, PAINT.object, top + 3, 3, true);
    for (let k = firstLong(level, holds); k < level.long.length && holds.from[level.long[k]] < view.to; k++) {
      addHoldLine(holds, level.long[k], level.long[k], top);
    }
    return;
  }
  for (let i = firstHold(holds); i < holds.count && holds.from[i] < view.to; i++) {
    const first = i;
    if (holds.to[i] - holds.from[i] < least) i = lastInRow(holds, i, least);
    addHoldLine(holds, first, i, top);
  }
}

const TOLD = { killed: "killed", failed: "failed" };

function paintDeath(context, row, task) {
  const meta = data.meta.tasks[task - 1], x = xOf(times.tasks[task - 1].ended);
  if (!TOLD[meta.how] || x < view.gutter || x > view.width + 6) return;
  const bar = barOf(row), middle = bar.top + bar.height / 2;
  context.strokeStyle = palette.css.danger;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - 4, middle - 5);
  context.lineTo(x + 4, middle + 5);
  context.moveTo(x + 4, middle - 5);
  context.lineTo(x - 4, middle + 5);
  context.stroke();
  const text = meta.signal ? `killed by signal ${meta.signal}` : TOLD[meta.how];
  if (view.width - x < widthOf(context, text) + 14) return;
  context.fillStyle = palette.css.danger;
  context.fillText(text, x + 9, middle + 0.5);
}

function paintTask(context, row) {
  paintLife(context, row, row.index);
  paintSpans(context, row, row.index);
  addHolds(row, row.index);
  paintDeath(context, row, row.index);
}
