// Lanes: a row a task.  The bar is its life; where it waits, the bar is hatched in the colour of the object waited for,
// and a line below it is a lock that it holds.
//
// What is smaller than a pixel is added up: of such a pixel, as much is hatched as the task waited in it.

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
  return room > 16 && texts.find((text) => text.length < 60 && context.measureText(text).width <= room);
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
  context.roundRect(from - 3, bar.top + 4, context.measureText(words).width + 6, bar.height - 9, 3);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = palette.css.text;
  context.fillText(words, from, bar.top + bar.height / 2 + 0.5);
}

// A wait, and lighter the time between the call and the sleeper's return.
function paintWait(context, bar, span) {
  const left = Math.max(xOf(times.slept[span]), view.gutter - 2);
  const right = Math.min(xOf(times.until[span]), view.width + 2);
  if (right <= left) return;
  const sleep = isSleep(span), edge = sleep ? 1 : 2;
  context.fillStyle = sleep ? sleepTile() : tileOf(data.object[span]);
  context.fillRect(left, bar.top, right - left, bar.height);
  context.fillStyle = sleep ? palette.css["run-deep"] : colourOf(data.object[span]);
  context.fillRect(left, bar.top, Math.min(edge, right - left), bar.height);
  if (sleep) return paintLabel(context, ["sleep"], left, right, bar, palette.css.faint);
  context.fillRect(left, bar.top + bar.height - 1.5, right - left, 1.5);
  paintLabelOnHatch(context, textsOf(span), left, right, bar);
}

function paintHandOver(context, bar, span) {
  const called = times.called[span];
  if (called < 0 || data.waker[span] === 0 || isLogical()) return;
  const left = Math.max(xOf(called), view.gutter), right = Math.min(xOf(times.until[span]), view.width);
  if (right - left < 2) return;
  context.fillStyle = palette.css.accent;
  context.fillRect(left, bar.top, right - left, 3);
}

// An operation that does not sleep is a darker part of the bar.
function paintOperation(context, bar, span) {
  const left = Math.max(xOf(times.began[span]), view.gutter), right = Math.min(xOf(times.until[span]), view.width);
  if (right <= left) return;
  context.fillStyle = palette.css["run-deep"];
  context.fillRect(left, bar.top, Math.max(1, right - left), bar.height);
  if (right - left > 30) paintLabel(context, textsOf(span), left, right, bar, palette.css["on-run"]);
}

function paintSpan(context, bar, span) {
  if (times.slept[span] < 0) return paintOperation(context, bar, span);
  paintWait(context, bar, span);
  paintHandOver(context, bar, span);
}

// How long a span is seen: where it slept, from then on.
function seenLength(span) {
  return times.until[span] - (times.slept[span] >= 0 ? times.slept[span] : times.began[span]);
}

// The spans from i on that end within this pixel, as one; the next span behind them.
function paintPixel(context, bar, lane, i, pixel, run) {
  const limit = timeAt(pixel + 1);
  let next = i + 1;
  if (next < lane.end && times.began[next] < limit) next = gallop(times.began, next, lane.end, limit);
  if (next - 1 > i && seenLength(next - 1) >= grain()) next--; // only the last one can be longer
  const waited = derived.waitedBefore[next] - derived.waitedBefore[i];
  const share = Math.min(1, waited / (limit - timeAt(pixel)));
  const height = Math.round(share * bar.height * 2) / 2;
  if (height === 0) return next;
  const object = data.object[longestWait(i, next)];
  if (run.object === object && run.height === height && run.end === pixel) run.end = pixel + 1;
  else {
    flushPixels(context, bar, run);
    Object.assign(run, { object, height, begin: pixel, end: pixel + 1 });
  }
  return next;
}

function flushPixels(context, bar, run) {
  if (run.end <= run.begin || run.height === 0) return;
  context.fillStyle = colourOf(run.object);
  context.globalAlpha = 0.75;
  context.fillRect(run.begin, bar.top + bar.height - run.height, run.end - run.begin, run.height);
  context.globalAlpha = 1;
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

function paintSpans(context, row, task) {
  const lane = data.lanes[task], bar = barOf(row), run = { object: -1, height: 0, begin: 0, end: 0 };
  if (lane.first === lane.end) return;
  const least = grain();
  for (let i = firstSeen(lane); i < lane.end && times.began[i] < view.to;) {
    if (seenLength(i) >= least) {
      flushPixels(context, bar, run);
      run.height = 0;
      paintSpan(context, bar, i++);
    } else {
      i = paintPixel(context, bar, lane, i, Math.max(view.gutter, Math.floor(xOf(times.began[i]))), run);
    }
  }
  flushPixels(context, bar, run);
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
  return { last, to };
}

// Calls paint(hold, left, right) for the holds that are seen; small ones in a row are one.
function eachHold(holds, paint) {
  const least = grain();
  let i = Math.max(0, lastBefore(holds.from, 0, holds.count, view.from) - 8);
  for (; i < holds.count && holds.from[i] < view.to; i++) {
    const first = i, small = holds.to[i] - holds.from[i] < least;
    const { last, to } = small ? lastInRow(holds, i, least) : { last: i, to: holds.to[i] };
    i = last;
    const left = Math.max(Math.floor(xOf(holds.from[first])), view.gutter), right = Math.min(xOf(to), view.width);
    if (right > view.gutter) paint(first, left, Math.max(left + 1, right));
  }
}

function paintHolds(context, row, task) {
  const holds = derived.holds[task], bar = barOf(row);
  eachHold(holds, (i, left, right) => {
    context.fillStyle = colourOf(holds.object[i]);
    context.fillRect(left, bar.top + bar.height + 2 + Math.min(holds.level[i], 1) * 4, right - left, 3);
  });
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
  if (view.width - x < context.measureText(text).width + 14) return;
  context.fillStyle = palette.css.danger;
  context.fillText(text, x + 9, middle + 0.5);
}

function paintTask(context, row) {
  paintLife(context, row, row.index);
  paintSpans(context, row, row.index);
  paintHolds(context, row, row.index);
  paintDeath(context, row, row.index);
}
