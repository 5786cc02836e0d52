-- Traces of runs that never were, as timeline/model.lua has them.
--
-- small: a kitchen of 60 milliseconds.  Two chefs cook at one stove, a lock; two eaters eat from one counter, a queue.
-- One chef is killed while it holds the stove, an eater waits for a dish for ever, a get times out, and operations were
-- lost.  big: as many spans as are asked for, of tasks that hand messages on and take a lock in turns.
package.path = "bindings/?.lua;" .. package.path
local model = require "timeline.model"

local trace_example = {}

local MS = 1000000
local MAIN, NOODLES, DUMPLINGS, ANN, BOB = 1, 2, 3, 4, 5
local COUNTER, STOVE, COOKED, P_NOODLES, P_DUMPLINGS = 1, 2, 3, 4, 5

local function new_objects()
  return {
    { kind = "queue", name = "counter", number = 1, title = 'queue "counter"' },
    { kind = "lock", name = "stove", number = 2, title = 'lock "stove"' },
    { kind = "value", name = "", number = 3, title = "value#3" },
    { kind = "process", name = "noodles", number = 4, title = 'process "noodles"' },
    { kind = "process", name = "dumplings", number = 5, title = 'process "dumplings"' },
  }
end

-- { task, operation, object, began, ended or nil, line, what else }, times in milliseconds
local RUN = {
  { MAIN, "start", P_NOODLES, 0.2, 1.1, 30 },
  { MAIN, "start", P_DUMPLINGS, 1.2, 2.0, 31 },
  { MAIN, "join", P_NOODLES, 2.5, 42.3, 34, { slept = 2.52, waited = 39.7, waker = NOODLES, called = 42.1 } },
  { ANN, "get", COUNTER, 2.6, 9.35, 22, { slept = 2.62, waited = 6.7, waker = NOODLES, called = 9.1, message = 1 } },
  { BOB, "get", COUNTER, 2.8, 17.2, 22, { slept = 2.83, waited = 14.3, waker = DUMPLINGS, called = 16.4,
    message = 2 } },
  { NOODLES, "acquire", STOVE, 3.0, 3.02, 10 },
  { DUMPLINGS, "acquire", STOVE, 3.5, 9.9, 10, { slept = 3.52, waited = 6.3, waker = NOODLES, called = 9.5 } },
  { NOODLES, "sleep", 0, 3.1, 9.0, 11, { slept = 3.1, waited = 5.9 } },
  { NOODLES, "put", COUNTER, 9.02, 9.12, 12, { message = 1 } },
  { NOODLES, "release", STOVE, 9.48, 9.52, 13 },
  { NOODLES, "add", COOKED, 9.6, 9.61, 14 },
  { ANN, "sleep", 0, 9.5, 15.0, 23, { slept = 9.5, waited = 5.5 } },
  { NOODLES, "acquire", STOVE, 9.7, 17.0, 10, { slept = 9.72, waited = 7.2, waker = DUMPLINGS, called = 16.6 } },
  { DUMPLINGS, "sleep", 0, 10.0, 16.2, 11, { slept = 10.0, waited = 6.2 } },
  { ANN, "get", COUNTER, 15.1, 25.3, 22, { slept = 15.12, waited = 10.1, waker = NOODLES, called = 25.0,
    message = 3 } },
  { DUMPLINGS, "put", COUNTER, 16.3, 16.42, 12, { message = 2 } },
  { DUMPLINGS, "release", STOVE, 16.55, 16.62, 13 },
  { DUMPLINGS, "add", COOKED, 16.7, 16.71, 14 },
  { DUMPLINGS, "acquire", STOVE, 16.9, 25.6, 10, { slept = 16.92, waited = 8.6, waker = NOODLES, called = 25.2 } },
  { NOODLES, "sleep", 0, 17.1, 24.8, 11, { slept = 17.1, waited = 7.7 } },
  { BOB, "sleep", 0, 17.3, 19.0, 23, { slept = 17.3, waited = 1.7 } },
  { BOB, "get", COUNTER, 19.1, 29.1, 26, { slept = 19.12, waited = 9.98, result = 1 } }, -- timed out
  { NOODLES, "put", COUNTER, 24.9, 25.02, 12, { message = 3 } },
  { NOODLES, "release", STOVE, 25.15, 25.22, 13 },
  { NOODLES, "add", COOKED, 25.3, 25.31, 14 },
  { ANN, "sleep", 0, 25.4, 39.0, 23, { slept = 25.4, waited = 13.6 } },
  { NOODLES, "acquire", STOVE, 25.5, 33.4, 10, { slept = 25.52, waited = 7.8 } }, -- its holder was killed
  { DUMPLINGS, "sleep", 0, 25.7, nil, 11, { slept = 25.7, waited = 7.3, result = 3 } }, -- killed at 33
  { BOB, "sleep", 0, 29.3, 52.0, 27, { slept = 29.3, waited = 22.7 } },
  { NOODLES, "put", COUNTER, 33.6, 33.7, 12, { message = 4 } },
  { NOODLES, "put", COUNTER, 35.0, 35.1, 12, { message = 5 } },
  { NOODLES, "put", COUNTER, 37.2, 37.3, 12, { message = 6 } },
  { NOODLES, "release", STOVE, 39.0, 39.1, 13 },
  { ANN, "get", COUNTER, 39.1, 39.12, 22, { message = 4 } },
  { ANN, "get", COUNTER, 39.5, 39.52, 22, { message = 5 } },
  { MAIN, "join", P_DUMPLINGS, 42.4, 42.42, 34 },
  { ANN, "get", COUNTER, 45.0, 45.02, 22, { message = 6 } },
  { ANN, "get", COUNTER, 46.0, nil, 22, { slept = 46.02, waited = 13.98, result = 3 } },
  { BOB, "put", COUNTER, 52.1, 52.15, 28, { result = 2 } }, -- an error was raised
}

local ORIGINS = { slept = true, waited = true, called = true }

local function ns(milliseconds)
  return math.floor(milliseconds * MS + 0.5)
end

local function number_of(trace, word)
  for number, known in ipairs(trace.operations) do
    if known == word then return number end
  end
  trace.operations[#trace.operations + 1] = word
  return #trace.operations
end

local function add(trace, row)
  local span = { task = row[1], operation = number_of(trace, row[2]), object = row[3], began = ns(row[4]),
    ended = row[5] and ns(row[5]) or -1, file = 1, line = row[6] }
  for name, value in pairs(row[7] or {}) do span[name] = ORIGINS[name] and ns(value) or value end
  model.add(trace, span)
end

--- The kitchen.
function trace_example.small()
  local trace = model.new{
    title = "kitchen.lua", began = 1790000000.25, length = 60 * MS, lost = 3, files = { "kitchen.lua" },
    tasks = {
      { name = "main", pid = 4700, began = 0, how = nil, lost = 0 },
      { name = "noodles", pid = 4701, parent = MAIN, began = ns(1.0), ended = ns(42.1), how = "ended", lost = 0 },
      { name = "dumplings", pid = 4702, parent = MAIN, began = ns(1.9), ended = ns(33), how = "killed", signal = 9,
        lost = 3 },
      { name = "ann", pid = 4700, parent = MAIN, began = ns(2.1), lost = 0, thread = true },
      { name = "bob", pid = 4704, parent = MAIN, began = ns(2.3), ended = ns(53), how = "failed", lost = 0 },
    },
    objects = new_objects(),
    marks = { { task = MAIN, time = ns(59.9), text = "a deadlock was told" } },
  }
  table.sort(RUN, function(a, b) return a[4] < b[4] end)
  for _, row in ipairs(RUN) do add(trace, row) end
  return trace
end

--- The same as a schedule of an exploration: times are steps.
function trace_example.logical()
  local trace = model.new{
    title = "sale.lua", logical = true, length = 10, files = { "sale.lua" }, operations = { "get", "set", "acquire",
      "release" },
    tasks = {
      { name = "main", path = "0", began = 0, ended = 10, how = "failed", lost = 0 },
      { name = "ann", path = "0.1", parent = 1, began = 1, ended = 9, how = "ended", lost = 0 },
      { name = "bob", path = "0.2", parent = 1, began = 1, ended = 8, how = "ended", lost = 0 },
    },
    objects = {
      { kind = "value", name = "left", number = 1, title = 'value "left"' },
      { kind = "lock", name = "till", number = 2, title = 'lock "till"' },
    },
    marks = { { task = 1, time = 9, text = "sold twice" } },
  }
  model.add(trace, { task = 2, operation = 3, object = 2, began = 1, ended = 2, file = 1, line = 8 })
  model.add(trace, { task = 3, operation = 1, object = 1, began = 2, ended = 3, file = 1, line = 9 })
  model.add(trace, { task = 3, operation = 3, object = 2, began = 3, ended = 7, file = 1, line = 8, slept = 3,
    waited = 3, waker = 2, called = 6 })
  model.add(trace, { task = 2, operation = 1, object = 1, began = 4, ended = 5, file = 1, line = 9 })
  model.add(trace, { task = 2, operation = 4, object = 2, began = 6, ended = 7, file = 1, line = 11 })
  model.add(trace, { task = 3, operation = 2, object = 1, began = 7, ended = 8, file = 1, line = 10 })
  model.add(trace, { task = 2, operation = 2, object = 1, began = 8, ended = 9, file = 1, line = 10 })
  return trace
end

-- ---- big ----

local PUT, GET, ACQUIRE, RELEASE = 1, 2, 3, 4
local STEP = 1000 -- nanoseconds that an operation lasts

local function big_tasks(count, length)
  local tasks = {}
  for i = 1, count do
    tasks[i] = { name = i == 1 and "main" or ("worker-%d"):format(i - 1), pid = 5000 + i, parent = i > 1 and 1 or nil,
      began = 0, ended = length, how = "ended", lost = 0 }
  end
  return tasks
end

-- A queue for each pair of tasks, and one lock for all.
local function big_objects(count)
  local objects = { { kind = "lock", name = "all", number = 1, title = 'lock "all"' } }
  for i = 2, count // 2 + 1 do
    objects[i] = { kind = "queue", name = ("q-%d"):format(i - 1), number = i, title = ('queue "q-%d"'):format(i - 1) }
  end
  return objects
end

-- What the task does in its n-th operation: the odd tasks put, the even ones get what was put a round before.
local function big_word(task, round)
  local turn = round % 4
  if turn == 2 then return ACQUIRE, 1, 0 end
  if turn == 3 then return RELEASE, 1, 0 end
  local put = task % 2 == 1
  local message = (round // 4) * 2 + turn + 1
  return put and PUT or GET, (task + 1) // 2 + 1, message
end

--- `count` spans of `tasks` (an even number; 8): columns are filled directly, as model.add is too slow for a million.
function trace_example.big(count, tasks)
  tasks = tasks or 8
  local rounds = (count + tasks - 1) // tasks
  local length = (rounds + 1) * STEP * tasks
  local trace = model.new{ title = "big.lua", began = 1790000000, length = length, files = { "big.lua" },
    operations = { "put", "get", "acquire", "release" }, tasks = big_tasks(tasks, length),
    objects = big_objects(tasks) }
  local s, n = trace.spans, 0
  for round = 0, rounds - 1 do
    for task = 1, tasks do
      if n == count then break end
      n = n + 1
      local began = (round * tasks + task - 1) * STEP
      local operation, object, message = big_word(task, round)
      local waits = operation == GET or operation == ACQUIRE
      s.task[n], s.operation[n], s.object[n], s.message[n] = task, operation, object, message
      s.began[n] = began
      s.ended[n] = began + (waits and STEP * tasks - STEP // 2 or STEP // 2)
      s.slept[n] = waits and began + 100 or -1
      s.waited[n] = waits and STEP * (tasks - 1) or 0
      s.waker[n] = waits and (task > 1 and task - 1 or tasks) or 0
      s.called[n] = waits and began + STEP * (tasks - 1) or -1
      s.file[n], s.line[n], s.result[n] = 1, 10 + operation, 0
    end
  end
  s.count = n
  return trace
end

return trace_example
