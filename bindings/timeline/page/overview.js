// Overview: the whole trace in a strip; how much of all tasks waits, and which part of it is in view.

const overview = { canvas: null, picture: null, width: 0, height: 0, ratio: 0 };
const MOST_LANES = 64, WINDOW_LEAST = 6;

function overviewX(time) {
  return view.gutter + time / times.length * (overview.width - view.gutter);
}

function overviewTime(x) {
  return (x - view.gutter) / (overview.width - view.gutter) * times.length;
}

// How long the tasks of a lane were asleep before a time, and how much of that by a sleep: [all, sleeps].
function asleepUntil(lane, time) {
  const i = lastBefore(times.began, lane.first, lane.end, time);
  if (i < lane.first) return [0, 0];
  const all = derived.waitedBefore[i] - derived.waitedBefore[lane.first];
  const sleeps = derived.sleptBefore[i] - derived.sleptBefore[lane.first];
  const slept = times.slept[i], part = slept < 0 || time < slept ? 0 : Math.min(waitOf(i), time - slept);
  return [all + part, sleeps + (isSleep(i) ? part : 0)];
}

function aliveUntil(task, time) {
  const life = times.tasks[task - 1];
  return Math.max(0, Math.min(time, life.ended) - life.began);
}

// Of each pixel the share of all tasks that live, that wait for others, and that sleep, in [0, 1].
function shares() {
  const count = data.meta.tasks.length, step = Math.max(1, Math.ceil(count / MOST_LANES));
  const pixels = Math.max(1, Math.round(overview.width - view.gutter));
  const lives = new Float64Array(pixels), waits = new Float64Array(pixels), sleeps = new Float64Array(pixels);
  for (let task = 1; task <= count; task += step) {
    const lane = data.lanes[task];
    let lived = 0, asleep = 0, slept = 0;
    for (let x = 0; x < pixels; x++) {
      const time = (x + 1) / pixels * times.length;
      const living = aliveUntil(task, time), [all, sleeping] = asleepUntil(lane, time);
      lives[x] += living - lived;
      waits[x] += all - sleeping - (asleep - slept);
      sleeps[x] += sleeping - slept;
      [lived, asleep, slept] = [living, all, sleeping];
    }
  }
  const whole = times.length / pixels * Math.ceil(count / step);
  const share = (list) => list.map((each) => each / whole);
  return { pixels, lives: share(lives), waits: share(waits), sleeps: share(sleeps) };
}

function paintPicture() {
  const picture = document.createElement("canvas");
  picture.width = overview.canvas.width;
  picture.height = overview.canvas.height;
  const context = picture.getContext("2d");
  context.scale(view.ratio, view.ratio);
  const { pixels, lives, waits, sleeps } = shares(), floor = overview.height - 4, room = floor - 4;
  for (let x = 0; x < pixels; x++) {
    const life = lives[x] * room, wait = Math.min(waits[x] * room, life);
    const sleep = Math.min(sleeps[x] * room, life - wait);
    context.fillStyle = palette.css["shade-deep"];
    context.fillRect(view.gutter + x, floor - wait - sleep, 1, sleep);
    context.fillStyle = palette.css.run;
    context.fillRect(view.gutter + x, floor - life, 1, life - wait - sleep);
    context.fillStyle = palette.css.waits;
    context.fillRect(view.gutter + x, floor - wait, 1, wait);
  }
  context.fillStyle = palette.css.faint;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.fillText("Overview", 12, overview.height / 2 - 7);
  context.fillText(fitted(context, view.gutter > 100 ? "run, sleep, wait" : "", view.gutter - 20), 12,
    overview.height / 2 + 8);
  overview.picture = picture;
}

function paintMatchTicks(context) {
  if (!search.spans) return;
  context.fillStyle = palette.css.accent;
  let last = -1;
  for (let i = 0; i < search.times.length; i++) {
    const x = Math.round(overviewX(search.times[i]));
    if (x !== last) context.fillRect(x, 0, 1.5, 5);
    last = x;
  }
}

function paintOverview() {
  const { canvas } = overview, context = canvas.getContext("2d");
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
  overview.canvas.addEventListener("pointerdown", dragOverview);
  new ResizeObserver(resizeOverview).observe(overview.canvas.parentElement);
  listeners.theme.push(forgetPicture);
  listeners.logical.push(forgetPicture);
  painters.push(paintOverview);
  resizeOverview();
}
