// Pins: which lanes are drawn, and in which order: those that are pinned come first, and stay there while the others are
// scrolled; those that are hidden do not come at all.  A click on a lane's name shows what can be done with it; keys do the same to the selected operation's.

const pins = { first: [], hidden: new Set(), menu: null, lane: null }; // keys of lanes

function laneKey(kind, index) {
  return `${kind} ${index}`;
}

function isPinned(key) {
  return pins.first.includes(key);
}

function lanesChanged() {
  layRows();
  if (view.selected >= 0 && !view.rowOfTask[data.task[view.selected]]) select(-1);
  showHidden();
  invalidate();
}

function togglePin(key) {
  if (isPinned(key)) pins.first = pins.first.filter((each) => each !== key);
  else pins.first.push(key);
  pins.hidden.delete(key);
  lanesChanged();
  if (view.stuck === 0) chart.scroller.scrollTop = 0;
}

function hideLane(key) {
  pins.first = pins.first.filter((each) => each !== key);
  pins.hidden.add(key);
  lanesChanged();
}

function hideOthers(key) {
  for (const each of allLanes()) if (each !== key && !isPinned(each)) pins.hidden.add(each);
  pins.hidden.delete(key);
  lanesChanged();
}

function showHiddenLanes() {
  pins.hidden.clear();
  lanesChanged();
}

// A lane that somebody jumps to.
function unhide(key) {
  if (!pins.hidden.delete(key)) return;
  lanesChanged();
}

// Tasks stand in the order in which they began, as in the chart of a terminal.
function tasksByBegin() {
  return data.meta.tasks.map(({ began }, i) => [began || 0, i + 1]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([, task]) => task);
}

function allLanes() {
  return [...tasksByBegin().map((task) => laneKey("task", task)),
    ...shownObjects().map((object) => laneKey("object", object))];
}

// The lanes as [head, [{ kind, index }, ...]], in the order in which they are drawn.
function laneGroups() {
  const lane = (key) => ({ kind: key.split(" ")[0], index: Number(key.split(" ")[1]) });
  const rest = allLanes().filter((key) => !isPinned(key) && !pins.hidden.has(key)).map(lane);
  return [[2, pins.first.map(lane)], [0, rest.filter(({ kind }) => kind === "task")],
    [1, rest.filter(({ kind }) => kind === "object")]].filter(([head, lanes]) => lanes.length > 0 || head === 0);
}

function laneName(key) {
  const [kind, index] = key.split(" ");
  return shortened(kind === "task" ? data.taskNames[index] : data.objectTitles[index], 40);
}

// ---- by keys ----

function selectedLane(kind) {
  const span = view.selected;
  if (span < 0) return null;
  if (kind === "task") return laneKey("task", data.task[span]);
  return data.object[span] > 0 ? laneKey("object", data.object[span]) : null;
}

function onSelectedLane(kind, change) {
  const key = selectedLane(kind);
  if (!key || !allLanes().includes(key)) return;
  change(key);
  document.getElementById("spoken").textContent = `${laneName(key)}: ${isPinned(key) ? "pinned" :
    pins.hidden.has(key) ? "hidden" : "not pinned"}.`;
}

// ---- by a menu ----

// The lane whose name is at a point; null: none.
function laneNameAt(x, y) {
  if (x >= view.gutter || y < AXIS) return null;
  const row = rowAt(y);
  return row && row.kind !== "head" ? laneKey(row.kind, row.index) : null;
}

function closeLaneMenu() {
  pins.menu.hidden = true;
  pins.lane = null;
}

function menuButton(text, change) {
  return make("button", { role: "menuitem", onclick: () => {
    closeLaneMenu();
    chart.canvas.focus();
    change();
  } }, text);
}

function openLaneMenu(key, x, y) {
  pins.lane = key;
  pins.menu.replaceChildren(make("strong", {}, laneName(key)),
    menuButton(isPinned(key) ? "Unpin" : "Pin to the top", () => togglePin(key)),
    menuButton("Hide", () => hideLane(key)), menuButton("Hide all others", () => hideOthers(key)));
  pins.menu.hidden = false;
  const left = Math.min(x, innerWidth - pins.menu.offsetWidth - 8);
  const top = Math.min(y, innerHeight - pins.menu.offsetHeight - 8);
  pins.menu.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
  pins.menu.querySelector("button").focus();
}

function menuKey(event) {
  const buttons = [...pins.menu.querySelectorAll("button")], at = buttons.indexOf(document.activeElement);
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape") {
    closeLaneMenu();
    chart.canvas.focus();
  } else if (by) {
    buttons[(at + by + buttons.length) % buttons.length].focus();
  } else if (event.key !== "Enter" && event.key !== " " && event.key !== "Tab") {
    return;
  }
  if (event.key === "Escape" || by) event.preventDefault();
  event.stopPropagation();
}

function showHidden() {
  const button = document.getElementById("hidden-lanes"), count = pins.hidden.size;
  button.hidden = count === 0;
  button.textContent = `${count} lane${count === 1 ? "" : "s"} hidden: show`;
}

function openPins() {
  pins.menu = document.getElementById("lane-menu");
  pins.menu.addEventListener("keydown", menuKey);
  document.addEventListener("pointerdown", (event) => {
    if (!pins.menu.hidden && !pins.menu.contains(event.target)) closeLaneMenu();
  }, true);
  document.getElementById("hidden-lanes").addEventListener("click", showHiddenLanes);
}
