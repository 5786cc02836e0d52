// Logical time: instead of the clock, a step for each operation that comes after all that it depends on: the one before
// it in its task, the put of what it got, and the call that woke it.

const MOST_LOGICAL = 200000;

// The spans in an order in which causes come first: by when they began, or where they slept, by when they ended.
function causalOrder() {
  const keys = new Float64Array(data.count), order = new Uint32Array(data.count);
  for (let i = 0; i < data.count; i++) {
    order[i] = i;
    keys[i] = data.slept[i] >= 0 ? (data.ended[i] >= 0 ? data.ended[i] : Infinity) : data.began[i];
  }
  return order.sort((a, b) => keys[a] - keys[b] || a - b);
}

// { put of a message or -1, operation that woke it or -1 } of a span.
function causesOf(span) {
  const causes = [];
  for (let arrow = derived.firstArrow[span]; arrow < derived.firstArrow[span + 1]; arrow++) {
    if (derived.arrows.from[arrow] >= 0) causes.push(derived.arrows.from[arrow]);
  }
  const by = wakingSpan(span);
  if (by >= 0) causes.push(by);
  return causes;
}

// The step of each span, and the one in which each began to wait.
function steps() {
  const { count } = data, step = new Float64Array(count), before = new Float64Array(count);
  const reached = new Float64Array(data.lanes.length);
  for (const span of causalOrder()) {
    const task = data.task[span];
    before[span] = reached[task];
    step[span] = Math.max(reached[task], ...causesOf(span).map((cause) => step[cause])) + 1;
    reached[task] = step[span];
  }
  return { step, before, reached };
}

function useLogicalTimes() {
  const { step, before, reached } = steps(), { count } = data;
  const began = new Float64Array(count), slept = new Float64Array(count).fill(-1);
  const called = new Float64Array(count).fill(-1);
  for (let i = 0; i < count; i++) {
    const waits = data.slept[i] >= 0;
    began[i] = waits ? before[i] : step[i] - 1;
    if (waits) slept[i] = before[i];
    const by = wakingSpan(i);
    if (by >= 0) called[i] = step[by];
  }
  const length = reached.reduce((most, each) => Math.max(most, each), 1);
  const tasks = data.meta.tasks.map((_, i) => ({ began: 0, ended: Math.max(reached[i + 1], 0) }));
  Object.assign(times, { began, until: step, slept, called, length, tasks });
}

function switchLogical(on) {
  if (on === view.logical || data.meta.logical || data.count > MOST_LOGICAL) return;
  if (on) useLogicalTimes();
  view.logical = on;
  if (!on) useRealTimes();
  derive();
  derived.getOf = null;
  view.range = null;
  document.getElementById("logical").setAttribute("aria-pressed", on);
  layRows();
  showAll();
  tell("logical");
}

function openLogical() {
  const button = document.getElementById("logical");
  button.hidden = data.meta.logical || data.count === 0 || data.count > MOST_LOGICAL;
  button.addEventListener("click", () => switchLogical(!view.logical));
}
