// Holds: which task held which lock, from when to when: those of each task, and those of each lock.

const LOCKS = new Set(["lock", "rlock", "rwlock", "condition"]);
const TAKES = new Set(["acquire", "read", "write"]);

function roomForHolds(most) {
  return { count: 0, from: new Float64Array(most), to: new Float64Array(most), object: new Uint32Array(most),
    task: new Uint32Array(most), level: new Uint8Array(most) };
}

function addHold(holds, object, task, from, level) {
  const at = holds.count++;
  holds.object[at] = object;
  holds.task[at] = task;
  holds.from[at] = from;
  holds.level[at] = level;
  return at;
}

// Only the columns up to what there is.
function cut(holds) {
  for (const name of ["from", "to", "object", "task", "level"]) holds[name] = holds[name].slice(0, holds.count);
  return holds;
}

// lasts[i] is how long each was held, heldBefore[i] how long those before it, in all.
function addUp(holds) {
  holds.lasts = new Float64Array(holds.count);
  holds.heldBefore = new Float64Array(holds.count + 1);
  for (let i = 0; i < holds.count; i++) {
    holds.lasts[i] = holds.to[i] - holds.from[i];
    holds.heldBefore[i + 1] = holds.heldBefore[i] + holds.lasts[i];
  }
  return holds;
}

// Who waits on a condition gives its lock, and takes it again.  Where the trace does not tell which that is, the one that
// it took last is likely.
function waitOnCondition(holds, open, span) {
  const condition = data.object[span], known = data.heldAs[condition];
  const likely = known === condition ? [...open.keys()].pop() : undefined;
  const object = open.has(known) ? known : likely;
  if (object === undefined) return;
  const hold = open.get(object);
  holds.to[hold.at] = times.slept[span];
  if (data.ended[span] >= 0) hold.at = addHold(holds, object, data.task[span], times.until[span], open.size - 1);
  else open.delete(object);
}

// Those of one task, in the order in which it took them: object -> { where it stands, how often it is taken }.
function holdsOfLane(task, { isTake, isRelease, isWait }) {
  const lane = data.lanes[task], open = new Map(), holds = roomForHolds(lane.end - lane.first);
  for (let i = lane.first; i < lane.end; i++) {
    const object = data.heldAs[data.object[i]], word = data.operation[i];
    if (!derived.isLock[object]) continue;
    const hold = open.get(object);
    if (isTake[word] && data.result[i] === 0 && data.ended[i] >= 0) {
      if (hold) hold.depth++;
      else open.set(object, { at: addHold(holds, object, task, times.until[i], open.size), depth: 1 });
    } else if (hold && isRelease[word] && --hold.depth === 0) {
      holds.to[hold.at] = isLogical() ? times.until[i] : times.began[i];
      open.delete(object);
    } else if (isWait[word] && data.objectKinds[data.object[i]] === "condition" && times.slept[i] >= 0) {
      waitOnCondition(holds, open, i);
    }
  }
  for (const hold of open.values()) holds.to[hold.at] = times.tasks[task - 1].ended;
  return addUp(cut(holds));
}

// The same of each object: first lane after lane, then in the order of time, which sort() makes of lanes quickly.
function holdsOfObject(object) {
  const lanes = derived.holds.filter((_, task) => derived.locksOf[task].has(object));
  const all = roomForHolds(lanes.reduce((sum, holds) => sum + holds.count, 0));
  for (const holds of lanes) {
    for (let i = 0; i < holds.count; i++) {
      if (holds.object[i] === object) all.to[addHold(all, object, holds.task[i], holds.from[i], 0)] = holds.to[i];
    }
  }
  const order = Array.from({ length: all.count }, (_, i) => i).sort((a, b) => all.from[a] - all.from[b]);
  const sorted = roomForHolds(all.count);
  for (const i of order) sorted.to[addHold(sorted, object, all.task[i], all.from[i], 0)] = all.to[i];
  return addUp(sorted);
}

function findHolds() {
  const words = { isTake: data.operationWords.map((word) => TAKES.has(word)),
    isRelease: data.operationWords.map((word) => word === "release"),
    isWait: data.operationWords.map((word) => word === "wait" || word === "wait_for") };
  derived.isLock = data.objectKinds.map((kind) => LOCKS.has(kind));
  derived.holds = data.lanes.map((_, task) => (task === 0 ? addUp(roomForHolds(0)) : holdsOfLane(task, words)));
  derived.locksOf = derived.holds.map((holds) => new Set(holds.object));
  derived.heldBy = data.objectTitles.map((_, object) =>
    (derived.isLock[object] ? holdsOfObject(object) : addUp(roomForHolds(0))));
}

