// Ends: those of the arrows that are drawn.  A click on one goes to the other.

const REACH = 6; // pixels

// Where the arrow begins and ends on the canvas; null: one of its lanes is not drawn.
function endPoints(arrow) {
  const ends = arrowEnds(arrow), y1 = rowMiddle(ends.fromTask), y2 = rowMiddle(ends.toTask);
  if (y1 === null || y2 === null || isArrowCovered(ends)) return null;
  return [{ x: xOf(ends.fromTime), y: y1 }, { x: xOf(ends.toTime), y: y2 }];
}

// The span at the other end of an arrow.
function otherEnd(arrow, isHead) {
  const { to, from } = derived.arrows;
  if (!isHead) return to[arrow];
  return from[arrow] >= 0 ? from[arrow] : wakingSpan(to[arrow]);
}

// { arrow, span }: the arrow that has an end at the point, and the span at its other end; null: none.
function arrowEndAt(x, y) {
  if (x < view.gutter || y < AXIS) return null;
  let found = null, nearest = REACH;
  for (const arrow of [...arrowsOf(view.selected), ...arrowsInView() || []]) {
    const points = endPoints(arrow);
    for (let i = 0; points && i < 2; i++) {
      const away = Math.hypot(points[i].x - x, points[i].y - y);
      if (away >= nearest) continue;
      const span = otherEnd(arrow, i === 1);
      if (span < 0) continue;
      found = { arrow, span };
      nearest = away;
    }
  }
  return found;
}

// What the pointer says there.
function endText({ span }) {
  return `Click: to ${shortened(data.taskNames[data.task[span]], 40)}, ${whatOf(span)}`;
}
