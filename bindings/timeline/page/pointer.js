// Pointer: mouse, pen and fingers on the chart.  A drag moves it, one on the axis or with Shift selects a range; the
// wheel with Ctrl, or two fingers, zoom.

// Calls move(event) until the pointer is lifted, then end(event).
function follow(element, begin, move, end) {
  element.setPointerCapture(begin.pointerId);
  const over = (event) => {
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", over);
    element.removeEventListener("pointercancel", over);
    if (end) end(event);
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", over);
  element.addEventListener("pointercancel", over);
}

function rowAt(y) {
  const top = y - AXIS + (y < AXIS + view.stuck ? 0 : view.scroll);
  return view.rows.find((each) => top >= each.top && top < each.top + each.height);
}

// The span at a point, or the nearest within 4 pixels; -1: none.
function spanAt(x, y) {
  if (x < view.gutter || y < AXIS) return -1;
  const row = rowAt(y);
  if (!row || row.kind !== "task") return -1;
  const lane = data.lanes[row.index], time = timeAt(x), reach = grain() * 4;
  let found = -1, nearest = reach;
  for (let i = lastBefore(times.began, lane.first, lane.end, time + reach), steps = 0; i >= lane.first && steps < 64;
    i--, steps++) {
    const from = times.slept[i] >= 0 ? times.slept[i] : times.began[i];
    const away = time < from ? from - time : time > times.until[i] ? time - times.until[i] : 0;
    if (away < nearest || away === 0) {
      if (away === 0 && found >= 0 && nearest === 0) continue;
      found = i;
      nearest = away;
      if (away === 0) break;
    }
  }
  return found;
}

function hover(event) {
  const span = event.pointerType === "touch" ? -1 : spanAt(event.offsetX, event.offsetY);
  if (span !== view.hovered) {
    view.hovered = span;
    invalidate();
  }
  const end = event.pointerType === "touch" ? null : arrowEndAt(event.offsetX, event.offsetY);
  chart.canvas.style.cursor = end || laneNameAt(event.offsetX, event.offsetY) ? "pointer" : "";
  if (end) showEndTip(end, event.clientX, event.clientY);
  else showTip(span, event.clientX, event.clientY);
}

// A click, or a tap.
function click(event) {
  const lane = laneNameAt(event.offsetX, event.offsetY), end = arrowEndAt(event.offsetX, event.offsetY);
  if (lane) openLaneMenu(lane, event.clientX, event.clientY);
  else if (end) selectAndReveal(end.span);
  else select(spanAt(event.offsetX, event.offsetY));
}

const fingers = new Map();

function pinch() {
  const [a, b] = [...fingers.values()];
  return { middle: (a + b) / 2, apart: Math.max(20, Math.abs(a - b)) };
}

function dragFingers(event) {
  if (!fingers.has(event.pointerId)) return;
  const before = fingers.size === 2 ? pinch() : null;
  fingers.set(event.pointerId, event.offsetX);
  if (!before) return;
  const now = pinch();
  zoom(before.apart / now.apart, timeAt(now.middle));
  show(view.from - (now.middle - before.middle) * grain(), view.to - (now.middle - before.middle) * grain());
}

function dragRange(event) {
  const from = timeAt(Math.max(view.gutter, event.offsetX));
  follow(chart.canvas, event, (each) => selectRange(from, timeAt(each.offsetX)),
    (each) => { if (Math.abs(each.offsetX - event.offsetX) < 3) clearRange(); });
}

function dragView(event) {
  let x = event.offsetX, moved = 0;
  const move = (each) => {
    if (fingers.size > 1) return;
    moved += Math.abs(each.offsetX - x);
    show(view.from - (each.offsetX - x) * grain(), view.to - (each.offsetX - x) * grain());
    x = each.offsetX;
  };
  follow(chart.canvas, event, move, (each) => {
    fingers.delete(each.pointerId);
    if (moved < 4 && each.type === "pointerup") click(each);
  });
}

function press(event) {
  if (event.button !== 0) return;
  hideTip();
  if (event.pointerType === "touch") fingers.set(event.pointerId, event.offsetX);
  if (event.offsetY < AXIS || event.shiftKey) dragRange(event);
  else dragView(event);
}

function wheel(event) {
  const lines = event.deltaMode === 1 ? 16 : 1;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    zoom(Math.exp(event.deltaY * lines * 0.004), timeAt(Math.max(view.gutter, event.offsetX)));
    return;
  }
  const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
  if (sideways === 0 || Math.abs(sideways) < Math.abs(event.deltaY) && !event.shiftKey) return;
  event.preventDefault();
  pan(sideways * lines / (view.width - view.gutter));
}

function openPointer() {
  const { canvas } = chart;
  canvas.addEventListener("pointerdown", press);
  canvas.addEventListener("pointermove", hover);
  canvas.addEventListener("pointermove", dragFingers);
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => fingers.delete(event.pointerId));
  }
  canvas.addEventListener("pointerleave", () => {
    view.hovered = -1;
    hideTip();
    invalidate();
  });
  canvas.addEventListener("dblclick", (event) => {
    if (laneNameAt(event.offsetX, event.offsetY)) return;
    const span = spanAt(event.offsetX, event.offsetY);
    if (span >= 0) show(times.began[span] - grain() * 20, times.until[span] + grain() * 20, true);
    else zoom(0.4, timeAt(event.offsetX), true);
  });
  canvas.addEventListener("wheel", wheel, { passive: false });
}
