// Derive: what the columns say only together: waits added up, locks held, how full a queue was, and arrows.
//
// `times` are those that are drawn, real or logical; `derived` is made anew where they change.

const times = { began: null, until: null, slept: null, called: null, length: 0, tasks: [] };
const derived = { waitedBefore: null, longest: null, holds: [], curves: [], arrows: null, waitedFor: null };

const BLOCK = 64;
const LOCKS = new Set(["lock", "rlock", "rwlock", "condition"]);
const TAKES = new Set(["acquire", "read", "write"]);
const SENDS = new Set(["put", "send", "submit"]);
const RECEIVES = new Set(["get", "recv", "take"]);

function wordOf(span) {
  return data.operationWords[data.operation[span]];
}

function useRealTimes() {
  const { count, ended, task } = data;
  const until = new Float64Array(count);
  for (let i = 0; i < count; i++) until[i] = ended[i] >= 0 ? ended[i] : Math.max(data.began[i], taskEnd(task[i]));
  const tasks = data.meta.tasks.map((row, i) => ({ began: row.began || 0, ended: taskEnd(i + 1) }));
  Object.assign(times, { began: data.began, until, slept: data.slept, called: data.called, tasks,
    length: Math.max(data.meta.length, 1) });
}

// How long a span was asleep; of one that never ended, until its task's end.
function waitOf(span) {
  if (times.slept[span] < 0) return 0;
  const seen = times.until[span] - times.slept[span];
  return data.ended[span] >= 0 && !isLogical() ? Math.min(data.waited[span], seen) : seen;
}

// ---- waits ----

// waitedBefore[i] is the sum of all spans before i; longest[b] is the span of the block b that waited longest.
function addWaits() {
  const { count, object } = data;
  const before = new Float64Array(count + 1);
  const longest = new Int32Array(Math.ceil(count / BLOCK)).fill(-1);
  const waitedFor = new Float64Array(data.objectTitles.length);
  let most = 0;
  for (let i = 0; i < count; i++) {
    const wait = waitOf(i);
    before[i + 1] = before[i] + wait;
    waitedFor[object[i]] += wait;
    if (i % BLOCK === 0) most = 0;
    if (wait > most) {
      most = wait;
      longest[i / BLOCK | 0] = i;
    }
  }
  Object.assign(derived, { waitedBefore: before, longest, waitedFor });
}

// The span of [first, end) that waited longest, or -1.
function longestWait(first, end) {
  let found = -1, most = 0;
  const look = (span) => {
    const wait = span < 0 ? 0 : waitOf(span);
    if (wait > most) {
      most = wait;
      found = span;
    }
  };
  let i = first;
  for (; i < end && i % BLOCK !== 0; i++) look(i);
  for (; i + BLOCK <= end; i += BLOCK) look(derived.longest[i / BLOCK]);
  for (; i < end; i++) look(i);
  return found;
}

// ---- locks ----

function closeHold(open, object, time, holds) {
  const hold = open.get(object);
  if (!hold) return;
  hold.depth--;
  if (hold.depth > 0) return;
  open.delete(object);
  holds.push({ task: hold.task, object, from: hold.from, to: time, level: hold.level });
}

function holdsOfLane(task) {
  const lane = data.lanes[task];
  const open = new Map(), holds = [];
  for (let i = lane.first; i < lane.end; i++) {
    const object = data.object[i];
    if (!LOCKS.has(data.objectKinds[object])) continue;
    const word = wordOf(i);
    if (TAKES.has(word) && data.result[i] === 0 && data.ended[i] >= 0) {
      const hold = open.get(object);
      if (hold) hold.depth++;
      else open.set(object, { task, from: times.until[i], depth: 1, level: open.size });
    } else if (word === "release") {
      closeHold(open, object, times.until[i], holds);
    }
  }
  for (const object of [...open.keys()]) {
    open.get(object).depth = 1;
    closeHold(open, object, times.tasks[task - 1].ended, holds);
  }
  return holds.sort((a, b) => a.from - b.from);
}

function findHolds() {
  derived.holds = [[]];
  derived.heldBy = data.objectTitles.map(() => []);
  for (let task = 1; task < data.lanes.length; task++) {
    const holds = holdsOfLane(task);
    derived.holds.push(holds);
    for (const hold of holds) derived.heldBy[hold.object].push(hold);
  }
  for (const list of derived.heldBy) list.sort((a, b) => a.from - b.from);
}

// ---- curves ----

// Keys hold a time and, in their lowest bit, whether it goes down: they are sorted as numbers, which is fast.
function curveOf(keys) {
  keys.sort();
  const values = new Int32Array(keys.length), at = new Float64Array(keys.length);
  let value = 0, least = 0;
  for (let i = 0; i < keys.length; i++) {
    const down = keys[i] % 2 === 1;
    value += down ? -1 : 1;
    least = Math.min(least, value);
    values[i] = value;
    at[i] = (keys[i] - (down ? 1 : 0)) / 2;
  }
  const greatest = new Int32Array(Math.ceil(keys.length / BLOCK));
  let most = 0;
  for (let i = 0; i < keys.length; i++) {
    values[i] -= least; // something was in it before the trace
    most = Math.max(most, values[i]);
    greatest[i / BLOCK | 0] = Math.max(greatest[i / BLOCK | 0], values[i]);
  }
  return { at, values, greatest, most, begin: -least };
}

function keyOf(time, down) {
  return Math.round(time) * 2 + (down ? 1 : 0);
}

function changeOf(span) {
  if (data.result[span] !== 0 || data.ended[span] < 0) return 0;
  const kind = data.objectKinds[data.object[span]], word = wordOf(span);
  if (kind === "semaphore") return word === "acquire" ? 1 : word === "release" ? -1 : 0;
  return SENDS.has(word) ? 1 : RECEIVES.has(word) ? -1 : 0;
}

function findCurves() {
  const { count, object } = data;
  const sizes = data.objectTitles.map(() => ({ depth: 0, waiters: 0 }));
  const change = new Int8Array(count);
  for (let i = 0; i < count; i++) {
    change[i] = changeOf(i);
    if (change[i] !== 0) sizes[object[i]].depth++;
    if (times.slept[i] >= 0) sizes[object[i]].waiters += 2;
  }
  const keys = sizes.map((size) => ({ depth: new Float64Array(size.depth), waiters: new Float64Array(size.waiters),
    depths: 0, waits: 0 }));
  for (let i = 0; i < count; i++) {
    const each = keys[object[i]];
    if (change[i] !== 0) each.depth[each.depths++] = keyOf(times.until[i], change[i] < 0);
    if (times.slept[i] < 0) continue;
    each.waiters[each.waits++] = keyOf(times.slept[i], false);
    each.waiters[each.waits++] = keyOf(times.until[i], true);
  }
  derived.curves = keys.map((each) => ({ depth: curveOf(each.depth), waiters: curveOf(each.waiters) }));
}

// ---- arrows ----

// From a put to the get of the same message, and from who called a sleeper to the sleeper.  They stand in the order of
// the spans they lead to; firstArrow[i] is the first one of span i or of a later one.
function findArrows() {
  const { count, message, object, task, waker } = data;
  const source = new Map();
  for (let i = 0; i < count; i++) {
    if (message[i] !== 0 && SENDS.has(wordOf(i))) source.set(object[i] * 4294967296 + message[i], i);
  }
  const to = [], from = [];
  for (let i = 0; i < count; i++) {
    let put;
    if (message[i] !== 0 && RECEIVES.has(wordOf(i))) put = source.get(object[i] * 4294967296 + message[i]);
    if (put !== undefined) {
      to.push(i);
      from.push(put);
    }
    const told = put !== undefined && task[put] === waker[i];
    if (waker[i] > 0 && data.called[i] >= 0 && !told) {
      to.push(i);
      from.push(-1);
    }
  }
  derived.arrows = { to: Uint32Array.from(to), from: Int32Array.from(from) };
  const first = new Uint32Array(count + 1);
  for (let i = 0, arrow = 0; i <= count; i++) {
    while (arrow < to.length && to[arrow] < i) arrow++;
    first[i] = arrow;
  }
  derived.firstArrow = first;
}

// The span of the waker in which it called this one, or -1.
function wakingSpan(span) {
  const waker = data.waker[span];
  if (waker === 0 || data.called[span] < 0) return -1;
  const lane = data.lanes[waker];
  if (lane.first === lane.end) return -1;
  const at = lastBefore(data.began, lane.first, lane.end, data.called[span]);
  return at < lane.first ? lane.first : at;
}

// The last of [first, end) at or before this value; first - 1 where there is none.
function lastBefore(list, first, end, value) {
  let low = first, high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function derive() {
  addWaits();
  findHolds();
  findCurves();
  findArrows();
}
