// Data: the trace, decoded from the columns that pack.c has made.
//
// Spans stand in the order of their tasks, and of their beginning within a task; lane i of data.lanes is { first, end }
// of task i's.  Tasks, objects, files and operations are counted from 1, as 0 is none.

const data = { meta: null, count: 0, lanes: [] };

const MESSAGE_KEYS = 65536; // the same as in pack.c
const COLUMNS = ["task", "operation", "object", "began", "ended", "slept", "waited", "waker", "called", "message",
  "file", "line", "result"];

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function inflate(base64) {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function roomFor(planes, count) {
  if (planes <= 1) return new Uint8Array(count);
  if (planes === 2) return new Uint16Array(count);
  return planes <= 4 ? new Uint32Array(count) : new Float64Array(count);
}

// The numbers of a column, from their planes of bytes.
async function numbersOf(column, count) {
  const numbers = roomFor(column.planes, count);
  const bytes = column.planes > 0 ? await inflate(column.text) : [];
  let factor = 1;
  for (let plane = 0; plane < column.planes; plane++, factor *= 256) {
    const from = plane * count;
    for (let i = 0; i < count; i++) numbers[i] += bytes[from + i] * factor;
  }
  return numbers;
}

// 0, 1, 2, 3 ... become 0, -1, 1, -2 ...
function unfold(number) {
  return number % 2 === 1 ? -(number + 1) / 2 : number / 2;
}

function readTimes(told) {
  const { count, task } = data;
  const began = new Float64Array(count), ended = new Float64Array(count), slept = new Float64Array(count);
  const waited = new Float64Array(count), called = new Float64Array(count);
  let before = 0;
  for (let i = 0; i < count; i++) {
    if (i > 0 && task[i] !== task[i - 1]) before = 0;
    began[i] = before + unfold(told.began[i]);
    ended[i] = told.ended[i] === 0 ? -1 : began[i] + unfold(told.ended[i] - 1);
    slept[i] = told.slept[i] === 0 ? -1 : began[i] + unfold(told.slept[i] - 1);
    const likely = slept[i] >= 0 && ended[i] >= 0 ? ended[i] - slept[i] : 0;
    waited[i] = likely - unfold(told.waited[i]);
    before = ended[i] < 0 ? began[i] : ended[i];
    called[i] = told.called[i] === 0 ? -1 : before - unfold(told.called[i] - 1);
  }
  Object.assign(data, { began, ended, slept, waited, called });
}

function readMessages(told) {
  const { count, object, operation } = data;
  const message = new Float64Array(count), last = new Float64Array(MESSAGE_KEYS);
  for (let i = 0; i < count; i++) {
    if (told.message[i] === 0) continue;
    const key = (object[i] * 61 + operation[i]) % MESSAGE_KEYS;
    message[i] = last[key] += unfold(told.message[i] - 1);
  }
  data.message = message;
}

function findLanes() {
  const { count, task, meta } = data;
  data.lanes = Array.from({ length: meta.tasks.length + 1 }, () => ({ first: 0, end: 0 }));
  for (let i = 0; i < count; i++) {
    const lane = data.lanes[task[i]];
    if (i === 0 || task[i] !== task[i - 1]) lane.first = i;
    lane.end = i + 1;
  }
}

// A task of a trace may lack its end, and a file has no place in another's list: what is shown is made here, once.
function readNames(meta) {
  data.taskNames = ["", ...meta.tasks.map((task, i) => task.name || `task ${i + 1}`)];
  data.objectTitles = ["", ...meta.objects.map((object) => object.title || `${object.kind}#${object.number}`)];
  data.objectKinds = ["", ...meta.objects.map((object) => object.kind)];
  // a condition that was given a lock stands for that
  data.heldAs = [0, ...meta.objects.map((object, i) => object.lock || i + 1)];
  data.operationWords = ["", ...meta.operations];
  data.isSleepWord = Uint8Array.from(data.operationWords, (word) => (word === "sleep" ? 1 : 0));
  data.fileNames = ["", ...meta.files];
}

async function readData(meta) {
  data.meta = meta;
  data.count = meta.count;
  const told = {};
  await Promise.all(COLUMNS.map(async (name) => { told[name] = await numbersOf(meta.columns[name], meta.count); }));
  for (const name of ["task", "operation", "object", "waker", "file", "line", "result"]) data[name] = told[name];
  readTimes(told);
  readMessages(told);
  findLanes();
  readNames(meta);
  meta.columns = null; // the text is not needed any more
}

// The moment until which a span is seen: its task's end, or the trace's, where it never ended.
function taskEnd(task) {
  const row = data.meta.tasks[task - 1];
  return row && row.ended != null ? row.ended : data.meta.length;
}

function placeOf(span) {
  const file = data.fileNames[data.file[span]];
  return file ? `${file}:${data.line[span]}` : "";
}

// "get of queue "orders""
function whatOf(span) {
  const word = data.operationWords[data.operation[span]] || "?";
  const title = data.objectTitles[data.object[span]];
  return title ? `${word} · ${title}` : word;
}
