// Derive: what the columns say only together: waits added up, locks held, how full a queue was, and arrows.
//
// `times` are those that are drawn, real or logical; `derived` is made anew where they change.

const times = { began: null, until: null, slept: null, called: null, length: 0, tasks: [] };
const derived = { waits: null, waitedBefore: null, holds: [], curves: [], arrows: null, waitedFor: null };

const SENDS = new Set(["put", "send"]);
const RECEIVES = new Set(["get", "recv"]);
const FILLED = new Set(["queue", "pipe", "connection"]);

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

// A sleep is as long as the script asks: it says nothing of who waits for whom.
function isSleep(span) {
  return data.object[span] === 0 && data.isSleepWord[data.operation[span]] === 1;
}

// ---- waits ----

// Where span i slept, it is seen from then on (seenFrom[i]); waits[i] is how long it was asleep, waitedBefore[i] the
// sum of all spans before it, sleptBefore[i] that of the sleeps among them.
function addWaits() {
  const { count, object } = data;
  const waits = new Float64Array(count), seenFrom = new Float64Array(count);
  const before = new Float64Array(count + 1), sleptBefore = new Float64Array(count + 1);
  const waitedFor = new Float64Array(data.objectTitles.length);
  for (let i = 0; i < count; i++) {
    seenFrom[i] = times.slept[i] >= 0 ? times.slept[i] : times.began[i];
    const wait = waits[i] = waitOf(i);
    before[i + 1] = before[i] + wait;
    sleptBefore[i + 1] = sleptBefore[i] + (isSleep(i) ? wait : 0);
    waitedFor[object[i]] += wait;
  }
  Object.assign(derived, { seenFrom, waits, waitLevels: levelsOf(waits), waitedBefore: before, sleptBefore, waitedFor,
    seen: { from: seenFrom, to: times.until } });
}

// The span of [first, end) that waited longest; there is one.
function longestWait(first, end) {
  return peak(derived.waits, derived.waitLevels, first, end);
}

// ---- curves ----

// What goes up and down at one time passes: the peaks between are none, but where there is nothing else, a peak of one.
function flatten(at, values, begin) {
  for (let i = 0, before = begin; i < at.length;) {
    let last = i;
    while (at[last + 1] === at[i]) last++;
    const peak = Math.max(before, values[last], values[i] > before && last > i ? 1 : 0);
    for (let k = i; k < last; k++) values[k] = Math.min(values[k], peak);
    before = values[last];
    i = last + 1;
  }
}

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
  for (let i = 0; i < keys.length; i++) values[i] -= least; // something was in it before the trace
  flatten(at, values, -least);
  const levels = levelsOf(values), highest = peak(values, levels, 0, values.length);
  return { at, values, levels, most: Math.max(highest < 0 ? 0 : values[highest], -least), begin: -least };
}

function keyOf(time, down) {
  return Math.round(time) * 2 + (down ? 1 : 0);
}

// What an operation of each word does to how full an object is: of a semaphore, and of others.
function changes() {
  const taken = { acquire: 1, release: -1 };
  return { semaphore: data.operationWords.map((word) => taken[word] || 0),
    others: data.operationWords.map((word) => (SENDS.has(word) ? 1 : RECEIVES.has(word) ? -1 : 0)) };
}

// A nil that was got looks like one that was refused, but has its message.
function changeOfAll() {
  const { count, object, operation, result, ended, message } = data, { semaphore, others } = changes();
  const none = others.map(() => 0);
  const rows = data.objectKinds.map((kind) => (kind === "semaphore" ? semaphore : FILLED.has(kind) ? others : none));
  const change = new Int8Array(count);
  for (let i = 0; i < count; i++) {
    if (ended[i] >= 0 && (result[i] === 0 || message[i] !== 0)) change[i] = rows[object[i]][operation[i]];
  }
  return change;
}

function messageKey(span) {
  return data.object[span] * 4294967296 + data.message[span];
}

// The spans that put each message, by its key; and, where some operations were lost, which were got, and by object when
// the last.
function messagesOf(change) {
  const put = new Map(), got = data.meta.lost > 0 ? new Set() : null, last = data.objectTitles.map(() => -1);
  for (let i = 0; i < data.count; i++) {
    if (change[i] === 0 || data.message[i] === 0) continue;
    if (change[i] > 0) put.set(messageKey(i), i);
    else if (got) {
      got.add(messageKey(i));
      last[data.object[i]] = Math.max(last[data.object[i]], times.until[i]);
    }
  }
  return { put, got, last };
}

// Where some operations were lost, those count whose other side is known, or to come.
function leaveOutHalves(change, { put, got, last }) {
  for (let i = 0; i < data.count; i++) {
    if (change[i] === 0 || data.message[i] === 0) continue;
    const whole = change[i] < 0 ? put.has(messageKey(i))
      : got.has(messageKey(i)) || times.began[i] > last[data.object[i]];
    if (!whole) change[i] = 0;
  }
}

// At which moment of an operation its message came or went is not recorded.  It counts from the end of its put to the
// beginning of its get (the end of the wait, where the get waited), or, where these overlap, at the end of its put
// only: rather too short than too long, so that no queue seems to hold more than its bound.
function changesAt(span, change, put) {
  const until = times.until[span];
  if (isLogical() || change > 0 || data.objectKinds[data.object[span]] === "semaphore") return until;
  const slept = times.slept[span];
  const begins = slept < 0 ? times.began[span] : Math.min(slept + data.waited[span], until);
  const from = data.message[span] === 0 ? undefined : put.get(messageKey(span));
  return from === undefined ? begins : Math.max(begins, times.until[from]);
}

function findCurves() {
  const { count, object } = data;
  const sizes = data.objectTitles.map(() => ({ depth: 0, waiters: 0 }));
  const change = changeOfAll(), messages = messagesOf(change);
  if (messages.got) leaveOutHalves(change, messages);
  for (let i = 0; i < count; i++) {
    if (change[i] !== 0) sizes[object[i]].depth++;
    if (times.slept[i] >= 0) sizes[object[i]].waiters += 2;
  }
  const keys = sizes.map((size) => ({ depth: new Float64Array(size.depth), waiters: new Float64Array(size.waiters),
    depths: 0, waits: 0 }));
  for (let i = 0; i < count; i++) {
    const each = keys[object[i]];
    if (change[i] !== 0) each.depth[each.depths++] = keyOf(changesAt(i, change[i], messages.put), change[i] < 0);
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
  const source = new Map(), sends = data.operationWords.map((word) => SENDS.has(word));
  const receives = data.operationWords.map((word) => RECEIVES.has(word));
  for (let i = 0; i < count; i++) {
    if (message[i] !== 0 && sends[data.operation[i]]) source.set(object[i] * 4294967296 + message[i], i);
  }
  const to = [], from = [];
  for (let i = 0; i < count; i++) {
    let put;
    if (message[i] !== 0 && receives[data.operation[i]]) put = source.get(object[i] * 4294967296 + message[i]);
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
  findBins();
}
