// Arrows: from a put to its get, and (dashed) from who woke a sleeper to the sleeper.  They are drawn while few are in
// view; those of the span that is selected or hovered always.

// So many that there is one to 5 pixels, at most.
function mostArrows() {
  return Math.min(300, (view.width - view.gutter) / 5);
}

function arrowEnds(arrow) {
  const to = derived.arrows.to[arrow], from = derived.arrows.from[arrow];
  if (from < 0) {
    return { wakes: true, fromTask: data.waker[to], fromTime: times.called[to], toTask: data.task[to],
      toTime: times.until[to], object: data.object[to] };
  }
  const sent = Math.min(times.until[from], times.until[to]);
  return { wakes: false, fromTask: data.task[from], fromTime: sent, toTask: data.task[to], toTime: times.until[to],
    object: data.object[to] };
}

// null: the lane is not drawn.  One below those that are pinned stands at their edge.
function rowMiddle(task) {
  const row = view.rowOfTask[task];
  if (!row) return null;
  const y = yOfRow(row) + BAR.top + (row.height - BAR.top - BAR.below) / 2 - 1;
  return row.stuck ? y : Math.max(y, AXIS + view.stuck);
}

// Whether pinned lanes lie over both ends.
function isArrowCovered(ends) {
  return view.stuck > 0 && isCovered(view.rowOfTask[ends.fromTask]) && isCovered(view.rowOfTask[ends.toTask]);
}

function paintArrow(context, ends, strong) {
  const y1 = rowMiddle(ends.fromTask), y2 = rowMiddle(ends.toTask);
  if (y1 === null || y2 === null || isArrowCovered(ends)) return;
  const x1 = xOf(ends.fromTime), x2 = xOf(ends.toTime);
  if (Math.max(x1, x2) < view.gutter || Math.min(x1, x2) > view.width) return;
  const bend = Math.min(60, Math.max(14, Math.abs(x2 - x1) / 2));
  context.strokeStyle = context.fillStyle = strong ? palette.css.text : colourOf(ends.object);
  context.lineWidth = strong ? 2 : 1.25;
  context.setLineDash(ends.wakes ? [4, 3] : []);
  context.beginPath();
  context.moveTo(x1, y1);
  context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2 - 5, y2);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x2, y2);
  context.lineTo(x2 - 6, y2 - 3.5);
  context.lineTo(x2 - 6, y2 + 3.5);
  context.fill();
  context.beginPath();
  context.arc(x1, y1, strong ? 2.5 : 1.75, 0, 7);
  context.fill();
}

// The arrows that lead to spans in view, and to those soon behind it; null: too many.
function arrowsInView() {
  const found = [], beyond = view.to + (view.to - view.from) / 2;
  for (let task = 1; task < data.lanes.length; task++) {
    const lane = data.lanes[task];
    if (lane.first === lane.end) continue;
    const last = lastBefore(times.began, lane.first, lane.end, beyond) + 1;
    const from = derived.firstArrow[firstSeen(lane)], to = derived.firstArrow[Math.max(last, firstSeen(lane))];
    if (found.length + to - from > mostArrows()) return null;
    for (let arrow = from; arrow < to; arrow++) found.push(arrow);
  }
  return found;
}

// Those that lead to this span or from it.
function arrowsOf(span) {
  const found = [];
  if (span < 0) return found;
  for (let arrow = derived.firstArrow[span]; arrow < derived.firstArrow[span + 1]; arrow++) found.push(arrow);
  const sent = sentTo(span);
  if (sent >= 0) {
    for (let arrow = derived.firstArrow[sent]; arrow < derived.firstArrow[sent + 1]; arrow++) {
      if (derived.arrows.from[arrow] === span) found.push(arrow);
    }
  }
  return found;
}

// The get of what this span has put, or -1; they are looked up in a table that is made when first asked for.
function sentTo(span) {
  if (!derived.getOf) {
    derived.getOf = new Map();
    const { to, from } = derived.arrows;
    for (let arrow = 0; arrow < to.length; arrow++) if (from[arrow] >= 0) derived.getOf.set(from[arrow], to[arrow]);
  }
  return derived.getOf.get(span) ?? -1;
}

function paintArrows(context) {
  context.save();
  context.beginPath();
  context.rect(view.gutter, AXIS, view.width - view.gutter, view.height - AXIS);
  context.clip();
  const list = arrowsInView() || [];
  context.globalAlpha = Math.max(0.4, Math.min(1, 1.15 - list.length / 120)); // the more there are, the paler
  for (const arrow of list) paintArrow(context, arrowEnds(arrow), false);
  context.globalAlpha = 1;
  view.hasArrows = list.length > 0 || derived.arrows.to.length === 0;
  for (const arrow of arrowsOf(view.hovered)) paintArrow(context, arrowEnds(arrow), true);
  if (view.selected !== view.hovered) {
    for (const arrow of arrowsOf(view.selected)) paintArrow(context, arrowEnds(arrow), true);
  }
  context.restore();
}
