// Overview: the whole trace in a strip: how many tasks live, wait and sleep at each time, and which part of it is in
// view.

const overview = { canvas: null, context: null, picture: null, counted: null, width: 0, height: 0, ratio: 0,
  ticks: { times: null, width: 0, list: [] } };
const WINDOW_LEAST = 6;

function overviewX(time) {
  return view.gutter + time / times.length * (overview.width - view.gutter);
}

function overviewTime(x) {
  return (x - view.gutter) / (overview.width - view.gutter) * times.length;
}

// Adds `weight` to as much of each piece of the list as from..to, in pieces, takes of it.  Whole pieces are told by
// where they begin and end, in `steps`, which are added up when all are there.
function addTo({ list, steps }, from, to, weight) {
  const first = Math.floor(from), last = Math.min(Math.floor(to), list.length - 1);
  if (!(to > from) || first >= list.length) return;
  if (first === last) {
    list[first] += (to - from) * weight;
    return;
  }
  list[first] += (first + 1 - from) * weight;
  list[last] += Math.min(1, to - last) * weight;
  steps[first + 1] += weight;
  steps[last] -= weight;
}

function sumOf({ list, steps }) {
  let now = 0;
  for (let i = 0; i < list.length; i++) {
    now += steps[i];
    list[i] += now;
  }
  return list;
}

// Of each pixel how many tasks live in it, wait for others, and sleep; and the most that live in one.
function activity(pixels) {
  const [lives, waits, sleeps] = [0, 1, 2].map(() => ({ list: new Float64Array(pixels),
    steps: new Float64Array(pixels + 1) }));
  const scale = pixels / times.length;
  for (const { began, ended } of times.tasks) addTo(lives, Math.max(0, began) * scale, ended * scale, 1);
  for (let i = 0; i < data.count; i++) {
    const wait = derived.waits[i];
    if (!(wait > 0)) continue;
    const from = derived.seenFrom[i], to = times.until[i];
    addTo(isSleep(i) ? sleeps : waits, from * scale, to * scale, wait / (to - from));
  }
  const living = sumOf(lives);
  return { pixels, lives: living, waits: sumOf(waits), sleeps: sumOf(sleeps),
    most: living.reduce((most, each) => Math.max(most, each), 0) };
}

// It is counted once for each width, and for each kind of time.
function countedActivity() {
  const pixels = Math.max(1, Math.round(overview.width - view.gutter)), { counted } = overview;
  if (!counted || counted.pixels !== pixels) overview.counted = activity(pixels);
  return overview.counted;
}

// The edge of a pixel of the screen that is nearest.
function onScreen(x) {
  return Math.round(x * view.ratio) / view.ratio;
}

function paintPicture() {
  const picture = document.createElement("canvas");
  picture.width = overview.canvas.width;
  picture.height = overview.canvas.height;
  const context = picture.getContext("2d");
  context.scale(view.ratio, view.ratio);
  const { pixels, lives, waits, sleeps, most } = countedActivity(), floor = overview.height - 4;
  const room = (floor - 4) / Math.max(most, 1);
  for (let x = 0; x < pixels; x++) {
    const life = lives[x] * room, wait = Math.min(waits[x] * room, life);
    const sleep = Math.min(sleeps[x] * room, life - wait);
    const left = onScreen(view.gutter + x), width = onScreen(view.gutter + x + 1) - left;
    context.fillStyle = palette.css["shade-deep"];
    context.fillRect(left, floor - wait - sleep, width, sleep);
    context.fillStyle = palette.css.run;
    context.fillRect(left, floor - life, width, life - wait - sleep);
    context.fillStyle = palette.css.waits;
    context.fillRect(left, floor - wait, width, wait);
  }
  context.fillStyle = palette.css.faint;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.fillText("Overview", 12, overview.height / 2 - 7);
  const isWide = view.gutter > 100, greatest = Math.round(most);
  const bound = greatest > 1 ? `≤ ${greatest}` : "";
  const words = isWide ? `run, sleep, wait${bound ? `: ${bound}` : ""}` : bound;
  context.fillText(fitted(context, words, view.gutter - 20), 12, overview.height / 2 + 8);
  overview.picture = picture;
}

// Where what was found is, in pixels; there may be a million of them at each.
function matchTicks() {
  const { ticks } = overview;
  if (ticks.times === search.times && ticks.width === overview.width) return ticks.list;
  const found = new Set();
  for (const time of search.times) found.add(Math.round(overviewX(time)));
  overview.ticks = { times: search.times, width: overview.width, list: [...found] };
  return overview.ticks.list;
}

function paintMatchTicks(context) {
  if (!search.spans) return;
  context.fillStyle = palette.css.accent;
  for (const x of matchTicks()) context.fillRect(x, 0, 1.5, 5);
}

function paintOverview() {
  const { canvas, context } = overview;
  if (!overview.picture) paintPicture();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(overview.picture, 0, 0);
  context.scale(view.ratio, view.ratio);
  const left = Math.max(view.gutter, overviewX(view.from)), right = Math.min(overview.width, overviewX(view.to));
  const width = Math.max(WINDOW_LEAST, right - left);
  context.fillStyle = palette.css.surface;
  context.globalAlpha = 0.72;
  context.fillRect(view.gutter, 0, left - view.gutter, overview.height);
  context.fillRect(left + width, 0, overview.width - left - width, overview.height);
  context.globalAlpha = 1;
  paintMatchTicks(context);
  context.strokeStyle = palette.css.accent;
  context.lineWidth = 1.5;
  context.strokeRect(left + 0.75, 0.75, Math.max(WINDOW_LEAST, width - 1.5), overview.height - 1.5);
}

function resizeOverview() {
  const { canvas } = overview;
  if (paper.isOn || canvas.parentElement.clientWidth === 0) return;
  if (overview.width === canvas.parentElement.clientWidth && overview.ratio === view.ratio) return;
  overview.ratio = view.ratio;
  overview.width = canvas.parentElement.clientWidth;
  overview.height = 44;
  canvas.width = Math.round(overview.width * view.ratio);
  canvas.height = Math.round(overview.height * view.ratio);
  canvas.style.width = `${overview.width}px`;
  canvas.style.height = `${overview.height}px`;
  overview.picture = null;
  paintOverview();
}

// A press outside the window brings it there; then it follows the pointer.
function dragOverview(event) {
  const grip = overviewTime(event.offsetX), inside = grip >= view.from && grip <= view.to;
  const length = view.to - view.from, shift = inside ? grip - view.from : length / 2;
  const move = (each) => show(overviewTime(each.offsetX) - shift, overviewTime(each.offsetX) - shift + length);
  move(event);
  follow(overview.canvas, event, move);
}

function forgetPicture() {
  overview.picture = null;
}

function openOverview() {
  overview.canvas = document.getElementById("overview");
  overview.context = overview.canvas.getContext("2d");
  overview.canvas.addEventListener("pointerdown", dragOverview);
  new ResizeObserver(resizeOverview).observe(overview.canvas.parentElement);
  listeners.theme.push(forgetPicture);
  listeners.logical.push(() => { overview.counted = null; }, forgetPicture);
  painters.push(paintOverview);
  resizeOverview();
}
