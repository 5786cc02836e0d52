// Strips: columns of a pixel, of which a frame has thousands.  Those of a row are set as pixels of a picture of their
// own, and all rows' are laid on the chart when they are there: as rectangles they take several times as long to draw.

const FIRST_ROWS = 256;
const strips = { canvas: null, context: null, image: null, pixels: null, // of the picture, in pixels of the screen
  width: 0, used: 0, // so many of its lines are in use
  list: [], count: 0, // where each strip goes
  heights: null, colours: null, first: 0, end: 0, most: 0 }; // of the columns of the row that is painted

function roomForStrips(width, lines) {
  if (!strips.canvas) {
    strips.canvas = document.createElement("canvas");
    strips.context = strips.canvas.getContext("2d", { willReadFrequently: true });
  }
  const image = new ImageData(width, lines), pixels = new Uint32Array(image.data.buffer);
  if (strips.width === width) pixels.set(strips.pixels.subarray(0, Math.min(strips.pixels.length, pixels.length)));
  strips.canvas.width = width;
  strips.canvas.height = lines;
  Object.assign(strips, { image, pixels });
  if (strips.width === width) return;
  Object.assign(strips, { width, heights: new Uint16Array(width), colours: new Uint32Array(width) });
  Object.assign(strips, { first: width, end: 0, most: 0 });
}

function beginStrips() {
  const width = Math.max(1, chart.canvas.width);
  if (strips.width !== width) roomForStrips(width, FIRST_ROWS);
  strips.used = strips.count = 0;
}

// A column at a pixel of the chart; share, in [0, 1], is how much it takes of the room above the floor.
function addColumn(paint, pixel, room, share) {
  const { ratio } = view, height = Math.round(share * room * ratio);
  if (height === 0) return;
  const from = Math.round(pixel * ratio), to = Math.min(strips.width, Math.round((pixel + 1) * ratio));
  for (let x = from; x < to; x++) {
    strips.heights[x] = height;
    strips.colours[x] = brush.pixels[paint];
  }
  if (from < strips.first) strips.first = from;
  if (to > strips.end) strips.end = to;
  if (height > strips.most) strips.most = height;
}

function noteStrip(left, top, width, height) {
  const at = strips.count++;
  const strip = strips.list[at] || (strips.list[at] = { left: 0, top: 0, width: 0, height: 0, line: 0 });
  strip.left = left;
  strip.top = top;
  strip.width = width;
  strip.height = height;
  strip.line = strips.used;
}

// The columns since the last call stand on this floor.
function endColumns(floor) {
  const { width, heights, colours, first, end, most } = strips;
  if (end <= first) return;
  while (strips.used + most > strips.image.height) roomForStrips(width, strips.image.height * 2);
  const { pixels } = strips;
  for (let y = 0, line = strips.used * width; y < most; y++, line += width) {
    for (let x = first; x < end; x++) pixels[line + x] = heights[x] >= most - y ? colours[x] : 0;
  }
  heights.fill(0, first, end);
  noteStrip(first, Math.round(floor * view.ratio) - most, end - first, most);
  strips.used += most;
  strips.first = width;
  strips.end = strips.most = 0;
}

function paintStrips(context) {
  if (strips.count === 0) return;
  strips.context.putImageData(strips.image, 0, 0, 0, 0, strips.width, strips.used);
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.imageSmoothingEnabled = false;
  for (let i = 0; i < strips.count; i++) {
    const { left, top, width, height, line } = strips.list[i];
    context.drawImage(strips.canvas, left, line, width, height, left, top, width, height);
  }
  context.restore();
}
