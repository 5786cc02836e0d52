// Keys: all that the page does is done with the keyboard, too.

function inSight() {
  return (span) => times.until[span] >= view.from && times.began[span] <= view.to;
}

// The first span that is seen, in the first lane that has one.
function firstInView() {
  const seen = inSight();
  for (const row of view.rows) {
    if (row.kind !== "task") continue;
    const lane = data.lanes[row.index], span = firstSeen(lane);
    if (lane.first < lane.end && span < lane.end && seen(span)) return span;
  }
  return data.count > 0 ? 0 : -1;
}

function stepInLane(by) {
  if (view.selected < 0) return selectAndReveal(firstInView());
  const lane = data.lanes[data.task[view.selected]], next = view.selected + by;
  if (next >= lane.first && next < lane.end) selectAndReveal(next);
}

// The span of another lane at the same time.
function stepToLane(by) {
  if (view.selected < 0) return selectAndReveal(firstInView());
  const time = times.began[view.selected], rows = view.rows.filter(({ kind }) => kind === "task");
  for (let at = rows.indexOf(view.rowOfTask[data.task[view.selected]]) + by; rows[at]; at += by) {
    const lane = data.lanes[rows[at].index];
    if (lane.first === lane.end) continue;
    return selectAndReveal(Math.max(lane.first, lastBefore(times.began, lane.first, lane.end, time)));
  }
}

// While a span is selected Tab goes through those in view, lane after lane; at the end it leaves the chart, and so it
// does where nothing is selected.
function tabThrough(event) {
  if (view.selected < 0) return;
  const by = event.shiftKey ? -1 : 1, seen = inSight();
  for (let span = view.selected + by; span >= 0 && span < data.count; span += by) {
    if (!seen(span) || !view.rowOfTask[data.task[span]]) continue;
    event.preventDefault();
    select(span);
    return revealRow(rowOf("task", data.task[span]));
  }
}

function goToWaker() {
  if (view.selected >= 0) selectAndReveal(wakingSpan(view.selected));
}

function goToMessage() {
  if (view.selected < 0) return;
  const sent = sentTo(view.selected);
  if (sent >= 0) return selectAndReveal(sent);
  for (const arrow of arrowsOf(view.selected)) {
    if (derived.arrows.from[arrow] >= 0) return selectAndReveal(derived.arrows.from[arrow]);
  }
}

function zoomToSelected() {
  if (view.selected < 0) return;
  const from = times.began[view.selected], to = times.until[view.selected], room = Math.max(to - from, 1) * 0.25;
  show(from - room, to + room, true);
}

function rangeFromKeys(edge) {
  if (view.selected < 0) return;
  const { from, to } = view.range || { from: times.began[view.selected], to: times.until[view.selected] };
  if (edge === "both") selectRange(times.began[view.selected], times.until[view.selected]);
  else if (edge === "from") selectRange(times.began[view.selected], Math.max(to, times.until[view.selected]));
  else selectRange(Math.min(from, times.began[view.selected]), times.until[view.selected]);
}

function letGo() {
  if (view.range) clearRange();
  else select(-1);
}

// [keys, what is done, for the help]
const KEYS = [
  [["w", "+", "="], () => zoom(0.6, undefined, true), "Zoom in"],
  [["s", "-", "_"], () => zoom(1 / 0.6, undefined, true), "Zoom out"],
  [["a"], () => pan(-0.25, true), "Move left"],
  [["d"], () => pan(0.25, true), "Move right"],
  [["0", "Home"], () => showAll(true), "See the whole trace"],
  [["ArrowLeft"], () => stepInLane(-1), "The operation before, of the same task"],
  [["ArrowRight"], () => stepInLane(1), "The next operation"],
  [["ArrowUp"], () => stepToLane(-1), "The task above, at the same time"],
  [["ArrowDown"], () => stepToLane(1), "The task below"],
  [["Enter", "f"], zoomToSelected, "Zoom to the selected operation"],
  [["g"], goToWaker, "Go to who woke it"],
  [["m"], goToMessage, "Go to where its message was put, or got"],
  [["i"], () => onSelectedLane("task", togglePin), "Pin the task's lane to the top, or unpin it"],
  [["x"], () => onSelectedLane("task", hideLane), "Hide the task's lane"],
  [["I"], () => onSelectedLane("object", togglePin), "Pin the object's lane"],
  [["X"], () => onSelectedLane("object", hideLane), "Hide the object's lane"],
  [["u"], showHiddenLanes, "Show the hidden lanes"],
  [["r"], () => rangeFromKeys("both"), "Totals of the selected operation's time"],
  [["["], () => rangeFromKeys("from"), "Begin the range at it"],
  [["]"], () => rangeFromKeys("to"), "End the range at it"],
  [["n"], () => goToMatch(1), "The next match of the search"],
  [["N", "p"], () => goToMatch(-1), "The match before"],
  [["l"], () => switchLogical(!view.logical), "Logical time, or the clock's"],
  [["t"], switchTheme, "Light or dark"],
  [["Escape"], letGo, "Drop the range, then the selection"],
];
const ELSEWHERE = [["/", "Search"], ["Tab", "The next operation in view, while one is selected"], ["?", "This help"]];
const STORY_KEYS = [["j", "The next step"], ["k", "The step before"], ["Home", "The first step"],
  ["End", "The last step"],
  ["f", "The step that fails"], ["t", "Light or dark"], ["?", "This help"]];
const SHOWN = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc",
  "=": null, _: null, N: null };

function keyShown(key) {
  return SHOWN[key] === undefined ? key : SHOWN[key];
}

function fillHelp() {
  const rows = data.meta.steps ? STORY_KEYS.map(([key, text]) => [[key], text])
    : [...KEYS.map(([keys, , text]) => [keys.map(keyShown).filter(Boolean), text]),
      ...ELSEWHERE.map(([key, text]) => [[key], text])];
  const list = document.getElementById("key-list");
  for (const [keys, text] of rows) {
    list.append(make("dt", {}, ...keys.map((key) => make("kbd", {}, key))), make("dd", {}, text));
  }
}

function showHelp() {
  const dialog = document.getElementById("keys");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

// Enter on a button, and arrows in the tabs, are theirs.
function isTheirs(event) {
  return event.target instanceof HTMLButtonElement && ["Enter", "ArrowLeft", "ArrowRight"].includes(event.key);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
  if (event.key === "?") return showHelp();
  if (document.getElementById("keys").open || isTheirs(event)) return;
  if (data.meta.steps) return storyKey(event);
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("search").focus();
    return;
  }
  if (event.key === "Tab") {
    if (event.target === chart.canvas) tabThrough(event);
    return;
  }
  const row = KEYS.find(([keys]) => keys.includes(event.key));
  if (!row) return;
  event.preventDefault();
  row[1]();
}

function openKeys() {
  fillHelp();
  document.addEventListener("keydown", onKey);
  document.getElementById("help").addEventListener("click", showHelp);
  document.getElementById("close-keys").addEventListener("click", showHelp);
  document.getElementById("theme").addEventListener("click", switchTheme);
}
