// Chart: the canvas of lanes: its rows, names at the left, the axis above, and what is laid over all of them.

const chart = { canvas: null, context: null, scroller: null };
const HEAD = 26, LEAST_ROW = 36, GREATEST_ROW = 54;

function rowHeight(count) {
  const room = chart.scroller.clientHeight - AXIS - 2 * HEAD;
  return Math.max(LEAST_ROW, Math.min(GREATEST_ROW, Math.floor(room / Math.max(1, count))));
}

// Pinned lanes stay where they are, unless they would leave too little room for the others.
function stuckHeight([[head, lanes]], height) {
  const wanted = head === PINNED ? HEAD + lanes.length * height : 0;
  return wanted <= (chart.scroller.clientHeight - AXIS) * 0.6 ? wanted : 0;
}

function layRows() {
  const groups = laneGroups(), height = rowHeight(groups.reduce((sum, [, lanes]) => sum + lanes.length, 0));
  const rows = [];
  let top = 0;
  const add = (kind, index, size, stuck) => {
    rows.push({ kind, index, top, height: size, y: 0, stuck });
    top += size;
  };
  view.stuck = stuckHeight(groups, height);
  for (const [head, lanes] of groups) {
    const stuck = head === PINNED && view.stuck > 0;
    add("head", head, HEAD, stuck);
    for (const { kind, index } of lanes) add(kind, index, height, stuck);
  }
  view.rows = rows;
  forgetGutter();
  view.rowOfTask = [];
  for (const row of rows) if (row.kind === "task") view.rowOfTask[row.index] = row;
  document.getElementById("content").style.height = `${top + AXIS + 8}px`;
}

function resize() {
  const { canvas, scroller } = chart;
  if (view.width === scroller.clientWidth && view.height === scroller.clientHeight &&
    view.ratio === window.devicePixelRatio) return;
  view.ratio = window.devicePixelRatio || 1;
  view.width = scroller.clientWidth;
  view.height = scroller.clientHeight;
  view.gutter = view.width < 560 ? 92 : view.width < 700 ? 130 : 168;
  canvas.width = Math.round(view.width * view.ratio);
  canvas.height = Math.round(view.height * view.ratio);
  canvas.style.width = `${view.width}px`;
  canvas.style.height = `${view.height}px`;
  layRows();
  draw(); // now, as a canvas that has changed its size is empty
}

// ---- the axis ----

const LONG_STEPS = [30e9, ...[1, 2, 5, 10, 15, 30].map((each) => each * 60e9),
  ...[1, 2, 3, 6, 12].map((each) => each * 3600e9)];

function niceStep(least) {
  least = Math.max(1, least); // a step, or a nanosecond
  if (!isLogical() && least > 20e9) {
    return LONG_STEPS.find((each) => each >= least * 0.999) || 86400e9 * niceStep(least / 86400e9);
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= least * 0.999);
}

function ticks() {
  const step = niceStep(grain() * 96), found = [];
  for (let time = Math.ceil(Math.max(0, view.from) / step) * step; time <= Math.min(view.to, times.length);
    time += step) {
    found.push(time);
  }
  return { step, found };
}

function paintGrid(context, list, bottom) {
  context.fillStyle = palette.css.line;
  for (const time of list) context.fillRect(Math.round(xOf(time)), AXIS, 1, bottom - AXIS);
}

function paintAxis(context, { step, found }) {
  context.fillStyle = palette.css.shade;
  context.fillRect(0, 0, view.width, AXIS);
  context.fillStyle = palette.css.line;
  context.fillRect(0, AXIS - 1, view.width, 1);
  context.font = LABEL;
  if (!view.hasArrows) {
    context.fillStyle = palette.css.faint;
    const hint = view.gutter > 120 ? "zoom in for arrows" : "zoom: arrows";
    context.fillText(hint, 12, AXIS / 2);
  }
  for (const time of found) {
    const x = Math.round(xOf(time)), text = shownMoment(time, step);
    if (x < view.gutter - 1 || x + widthOf(context, text) + 8 > view.width) continue;
    context.fillStyle = palette.css.line;
    context.fillRect(x, AXIS - 7, 1, 6);
    context.fillStyle = palette.css.faint;
    context.fillText(text, x + 5, AXIS / 2);
  }
}

// ---- names at the left ----

const HEADS = ["Tasks", "Objects", "Pinned"], PINNED = 2;

function paintHead(context, row) {
  context.fillStyle = palette.css.faint;
  context.font = "600 11px system-ui, sans-serif";
  context.fillText(HEADS[row.index].toUpperCase(), 12, row.y + row.height / 2 + 3);
  context.font = LABEL;
}

function paintName(context, row) {
  const task = row.kind === "task", middle = row.y + row.height / 2;
  const narrow = view.gutter < 100, own = !task && data.meta.objects[row.index - 1].name;
  const name = task ? data.taskNames[row.index] : own || data.objectTitles[row.index];
  const left = task ? 12 : 24, room = view.gutter - left - 10;
  if (!task) {
    context.fillStyle = tileOf(row.index);
    context.fillRect(12, middle - (narrow ? 4 : 12), 8, 8);
    context.strokeStyle = colourOf(row.index);
    context.lineWidth = 1;
    context.strokeRect(12.5, middle - (narrow ? 3.5 : 11.5), 7, 7);
  }
  const second = narrow ? "" : task ? taskSubtitle(row.index)
    : `${own ? `${data.objectKinds[row.index]} · ` : ""}${scaleOf(row.index)}`;
  context.fillStyle = palette.css.text;
  context.fillText(fitted(context, name, room), left, second ? middle - 7 : middle);
  if (!second) return;
  context.fillStyle = palette.css.faint;
  context.font = "11px system-ui, sans-serif";
  context.fillText(fitted(context, second, view.gutter - left - 10), left, middle + 8);
  context.font = LABEL;
}

function taskSubtitle(task) {
  const lane = data.lanes[task], life = times.tasks[task - 1].ended - times.tasks[task - 1].began;
  const asleep = derived.waitedBefore[lane.end] - derived.waitedBefore[lane.first];
  const slept = derived.sleptBefore[lane.end] - derived.sleptBefore[lane.first];
  return `waits ${shownShare(asleep - slept, life)}`;
}

// The names change with what is scrolled, and not with what is zoomed: they are kept as a picture.
const gutter = { canvas: null, context: null, scroll: -1 };

function forgetGutter() {
  gutter.scroll = -1;
}

function drawGutter(rows) {
  const { canvas, context } = gutter;
  canvas.width = Math.round(view.gutter * view.ratio);
  canvas.height = chart.canvas.height;
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  context.font = LABEL;
  context.textBaseline = "middle";
  context.fillStyle = palette.css.surface;
  context.fillRect(0, 0, view.gutter, view.height);
  inLayers(context, rows, (layer) => {
    for (const row of layer) {
      if (row.kind === "head") paintHead(context, row);
      else paintName(context, row);
    }
  });
  context.fillStyle = palette.css.line;
  context.fillRect(view.gutter - 1, 0, 1, view.height);
  gutter.scroll = view.scroll;
}

function paintGutter(context, rows) {
  if (gutter.scroll !== view.scroll) drawGutter(rows);
  context.drawImage(gutter.canvas, 0, 0, gutter.canvas.width / view.ratio, view.height);
}

// ---- over all ----

function paintRange(context) {
  if (!view.range) return;
  const left = Math.max(xOf(view.range.from), view.gutter), right = Math.min(xOf(view.range.to), view.width);
  if (right < left) return;
  context.globalAlpha = 0.13;
  context.fillStyle = palette.css.accent;
  context.fillRect(left, 0, right - left, view.height);
  context.globalAlpha = 1;
  context.fillRect(left, 0, 1, view.height);
  context.fillRect(right - 1, 0, 1, view.height);
}

// What was told, below the axis, where there is room for it: right of the line, or left of it.
function paintMarkText(context, text, x, taken) {
  const isRight = view.width - x > 190;
  const words = fitted(context, text, Math.min(isRight ? view.width - x - 14 : x - view.gutter - 14, 420));
  const width = widthOf(context, words), left = isRight ? x + 5 : x - 5 - width;
  if (!words || left < taken) return taken;
  context.fillStyle = palette.css.surface;
  context.fillRect(left - 3, AXIS + 4, width + 6, HEAD - 7);
  context.fillStyle = palette.css.danger;
  context.fillText(words, left, AXIS + HEAD / 2 + 1);
  return left + width + 8;
}

function paintMarks(context) {
  let taken = view.gutter;
  for (const mark of data.meta.marks) {
    const x = Math.round(xOf(mark.time)) + 0.5;
    if (isLogical() || x < view.gutter || x > view.width) continue;
    context.strokeStyle = palette.css.danger;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(x, AXIS);
    context.lineTo(x, view.height);
    context.stroke();
    context.setLineDash([]);
    taken = paintMarkText(context, mark.text, x, taken);
  }
}

function outline(context, span, colour, width) {
  const row = span >= 0 && view.rowOfTask[data.task[span]];
  if (!row) return;
  row.y = yOfRow(row);
  if (isCovered(row) || row.y > view.height) return;
  const bar = barOf(row), from = times.slept[span] >= 0 ? times.slept[span] : times.began[span];
  const left = Math.max(xOf(from), view.gutter - 4), right = Math.min(xOf(times.until[span]), view.width + 4);
  if (right < view.gutter || left > view.width) return;
  context.strokeStyle = colour;
  context.lineWidth = width;
  const top = row.stuck ? bar.top : Math.max(bar.top, AXIS + view.stuck);
  if (bar.top + bar.height <= top) return;
  context.strokeRect(left - 1, top - 1, Math.max(3, right - left + 2), bar.top + bar.height - top + 2);
}

function paintMatches(context) {
  if (!search.spans) return;
  let drawn = 0;
  for (let i = lastBefore(search.times, 0, search.times.length, view.from - (view.to - view.from)) + 1;
    i < search.spans.length && drawn < 400 && search.times[i] <= view.to; i++, drawn++) {
    outline(context, search.spans[i], palette.css.accent, 1.5);
  }
}

const seen = []; // the rows in view, anew in each frame

function seenRows() {
  const above = view.scroll + view.stuck;
  let low = 0, high = view.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1, row = view.rows[middle];
    if (row.top + row.height > above) high = middle;
    else low = middle + 1;
  }
  seen.length = 0;
  for (let i = 0; i < low && view.rows[i].stuck; i++) seen.push(view.rows[i]);
  for (; low < view.rows.length && yOfRow(view.rows[low]) < view.height; low++) seen.push(view.rows[low]);
  for (const row of seen) row.y = yOfRow(row);
  return seen;
}

// Calls paint(rows, bottom) with those that are scrolled, and then, on a ground of their own, with those that stay.
function inLayers(context, rows, paint) {
  paint(view.stuck > 0 ? rows.filter(({ stuck }) => !stuck) : rows, view.height);
  if (view.stuck === 0) return;
  context.fillStyle = palette.css.surface;
  context.fillRect(0, AXIS, view.width, view.stuck);
  paint(rows.filter(({ stuck }) => stuck), AXIS + view.stuck);
  context.fillStyle = palette.css.faint;
  context.fillRect(0, AXIS + view.stuck - 1, view.width, 1);
}

function paintRows(context, rows, axis, bottom) {
  paintGrid(context, axis.found, bottom);
  paintLines(context, rows);
  beginStrips();
  for (const row of rows) {
    if (row.kind === "task") paintTask(context, row);
    if (row.kind === "object") paintObject(context, row);
  }
  paintStrips(context);
  paintRectangles();
}

function paintLines(context, rows) {
  context.fillStyle = palette.css.line;
  for (const row of rows) context.fillRect(0, Math.round(row.y + row.height) - 1, view.width, 1);
}

function paintChart() {
  const { context } = chart, rows = seenRows(), axis = ticks();
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  context.font = LABEL;
  context.textBaseline = "middle";
  context.fillStyle = palette.css.surface;
  context.fillRect(0, 0, view.width, view.height);
  inLayers(context, rows, (layer, bottom) => paintRows(context, layer, axis, bottom));
  paintArrows(context);
  paintMatches(context);
  outline(context, view.hovered, palette.css.faint, 1.5);
  outline(context, view.selected, palette.css.text, 2);
  paintMarks(context);
  paintGutter(context, rows);
  paintAxis(context, axis);
  paintRange(context);
}

function openChart() {
  chart.canvas = document.getElementById("lanes");
  chart.context = brush.context = chart.canvas.getContext("2d", { alpha: false });
  chart.scroller = document.getElementById("scroller");
  chart.scroller.addEventListener("scroll", () => {
    view.scroll = chart.scroller.scrollTop;
    invalidate();
  }, { passive: true });
  // on paper the canvas is scaled by its style: it keeps the size it had when the print began
  new ResizeObserver(() => { if (!paper.isOn) resize(); }).observe(chart.scroller);
  gutter.canvas = document.createElement("canvas");
  gutter.context = gutter.canvas.getContext("2d", { alpha: false });
  listeners.theme.push(forgetGutter);
  listeners.logical.push(forgetGutter);
  painters.push(paintChart);
  resize();
}
