// Brush: rectangles that are gathered, and painted at once, colour after colour: of a lane's thousands of small ones a
// frame sets each colour once.

const MOST_RECTANGLES = 32768, PAINTS = 32;
const brush = { context: null, count: 0, box: new Float32Array(MOST_RECTANGLES * 4), colours: [], pixels: null,
  head: new Int32Array(PAINTS).fill(-1), // of each paint the last rectangle
  before: new Int32Array(MOST_RECTANGLES) }; // and the one of the same paint before it

// Those that lie over each other are painted in the order of their paints.
function addRectangle(paint, left, top, width, height) {
  if (brush.count === MOST_RECTANGLES) paintRectangles();
  const at = brush.count++, { box } = brush;
  box[at * 4] = left;
  box[at * 4 + 1] = top;
  box[at * 4 + 2] = width;
  box[at * 4 + 3] = height;
  brush.before[at] = brush.head[paint];
  brush.head[paint] = at;
}

function paintRectangles() {
  const { context, box, head, before } = brush;
  for (let paint = 0; paint < PAINTS; paint++) {
    if (head[paint] < 0) continue;
    context.fillStyle = brush.colours[paint];
    for (let at = head[paint]; at >= 0; at = before[at]) {
      context.fillRect(box[at * 4], box[at * 4 + 1], box[at * 4 + 2], box[at * 4 + 3]);
    }
    head[paint] = -1;
  }
  brush.count = 0;
}
