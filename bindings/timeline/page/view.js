// View: which part of the trace is seen, what is selected, and when it is drawn anew.

const view = {
  from: 0, to: 1, // the times at the left and the right edge
  width: 0, height: 0, gutter: 150, scroll: 0, ratio: 1, // of the canvas of lanes, in CSS pixels
  rows: [], // { kind: "task" | "object" | "head", index, top, height, stuck }
  stuck: 0, // so high are the rows at the top that are not scrolled
  selected: -1, hovered: -1, // spans
  range: null, // { from, to }
  logical: false,
  drawn: 0, frame: 0, // how often it was drawn; the request for the next frame
};

const AXIS = 26, LEAST_VISIBLE = 20; // the axis is so high; so little time may be seen, in nanoseconds
const painters = [];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function isLogical() {
  return view.logical;
}

// Has something be drawn in the next frame, once, however often it is called.
function invalidate() {
  if (view.frame) return;
  view.frame = requestAnimationFrame(draw);
}

function draw() {
  if (view.frame) cancelAnimationFrame(view.frame);
  view.frame = 0;
  view.drawn++;
  for (const paint of painters) paint();
}

function timeAt(x) {
  return view.from + (x - view.gutter) / (view.width - view.gutter) * (view.to - view.from);
}

function xOf(time) {
  return view.gutter + (time - view.from) / (view.to - view.from) * (view.width - view.gutter);
}

// Nanoseconds of one pixel.
function grain() {
  return (view.to - view.from) / Math.max(1, view.width - view.gutter);
}

// The part that is near to the one asked for, and within the trace with a margin.
function within(from, to) {
  const margin = times.length * 0.02;
  const least = Math.min(view.logical ? 2 : LEAST_VISIBLE, times.length);
  const length = Math.min(Math.max(to - from, least), times.length + 2 * margin);
  const middle = (from + to) / 2;
  const start = Math.min(Math.max(middle - length / 2, -margin), times.length + margin - length);
  return { from: start, to: start + length };
}

let flight = null;

function settle(part) {
  view.from = part.from;
  view.to = part.to;
  invalidate();
}

// Shows this part; `smoothly` glides there, but for who wants no motion.
function show(from, to, smoothly) {
  const target = within(from, to);
  if (flight) cancelAnimationFrame(flight.frame);
  flight = null;
  if (!smoothly || calm.matches) return settle(target);
  const start = { from: view.from, to: view.to, at: performance.now() };
  flight = { target, frame: 0 };
  const step = (now) => {
    const part = Math.min(1, Math.max(0, (now - start.at) / 140));
    const eased = 1 - (1 - part) ** 3;
    settle({ from: start.from + (target.from - start.from) * eased, to: start.to + (target.to - start.to) * eased });
    if (part < 1) flight.frame = requestAnimationFrame(step);
    else flight = null;
  };
  flight.frame = requestAnimationFrame(step);
}

// Where the view is going, so that keys pressed quickly add up.
function aim() {
  return flight ? flight.target : { from: view.from, to: view.to };
}

function zoom(factor, around, smoothly) {
  const { from, to } = aim();
  const centre = around === undefined ? (from + to) / 2 : around;
  show(centre - (centre - from) * factor, centre + (to - centre) * factor, smoothly);
}

function pan(share, smoothly) {
  const { from, to } = aim();
  const by = (to - from) * share;
  show(from + by, to + by, smoothly);
}

function showAll(smoothly) {
  show(-times.length * 0.01, times.length * 1.01, smoothly);
}

// Brings a time into view: as near as it is; where `nearer`, so near that it is well seen.
function reveal(from, to, nearer) {
  const seen = aim(), length = seen.to - seen.from, needed = (to - from) * 1.25;
  const isSmall = nearer && to - from < length / 20;
  const wanted = isSmall ? Math.max((to - from) * 8, LEAST_VISIBLE) : Math.max(length, needed);
  if (wanted === length && from >= seen.from && to <= seen.to) return;
  const middle = (from + to) / 2;
  show(middle - wanted / 2, middle + wanted / 2, true);
}

function rowOf(kind, index) {
  return view.rows.find((row) => row.kind === kind && row.index === index);
}

// Where a row stands on the canvas.
function yOfRow(row) {
  return row.top - (row.stuck ? 0 : view.scroll) + AXIS;
}

// Whether the rows that are not scrolled lie over the whole of it.
function isCovered(row) {
  return !row.stuck && yOfRow(row) + row.height <= AXIS + view.stuck;
}

function revealRow(row) {
  const scroller = document.getElementById("scroller");
  if (!row || row.stuck) return;
  const seen = scroller.clientHeight - AXIS;
  if (row.top < scroller.scrollTop + view.stuck) scroller.scrollTop = row.top - view.stuck - 4;
  else if (row.top + row.height > scroller.scrollTop + seen) scroller.scrollTop = row.top + row.height - seen + 4;
}

// ---- selection ----

const listeners = { select: [], range: [], theme: [], logical: [] };

function tell(what) {
  for (const listener of listeners[what]) listener();
  invalidate();
}

function select(span) {
  if (view.selected === span) return;
  view.selected = span;
  tell("select");
}

function selectAndReveal(span, nearer) {
  if (span < 0) return;
  unhide(laneKey("task", data.task[span]));
  select(span);
  reveal(times.slept[span] >= 0 ? times.slept[span] : times.began[span], times.until[span], nearer);
  revealRow(rowOf("task", data.task[span]));
}

function selectRange(from, to) {
  const part = { from: Math.max(0, Math.min(from, to)), to: Math.min(times.length, Math.max(from, to)) };
  view.range = part.to > part.from ? part : null;
  tell("range");
}

function clearRange() {
  if (!view.range) return;
  view.range = null;
  tell("range");
}
