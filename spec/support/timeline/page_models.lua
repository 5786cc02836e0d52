-- Traces as they might have been recorded, for the page of a timeline; each is made within the program.
--
--   TIDELOCK_EXPLORER=spec/support/timeline/page_models.lua tidelock explore NAME OUT [COUNT]
local model = require "timeline.model"
local html = require "timeline.export.html"

local MICROSECOND, MILLISECOND = 1000, 1000000

-- A generator of its own: the same numbers with each Lua.
local function generator(seed)
  return function(most)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % most
  end
end

local models = {}

local ORDERS, STOVE, SINK, DONE = 1, 2, 3, 4

local function kitchen_of(title, names)
  local tasks = {}
  for i, name in ipairs(names) do
    tasks[i] = { name = name, pid = 4000 + i, parent = i > 1 and 1 or nil, began = 0, lost = 0 }
  end
  return model.new{ title = title, began = 1795900000, tasks = tasks, files = { title },
    operations = { "put", "get", "acquire", "release", "sleep", "join" },
    objects = { { kind = "queue", name = "orders", number = 1, title = 'queue "orders"' },
      { kind = "lock", name = "stove", number = 1, title = 'lock "stove"' },
      { kind = "lock", name = "sink", number = 2, title = 'lock "sink"' },
      { kind = "queue", name = "dishes", number = 2, title = 'queue "dishes"' } } }
end

local PUT, GET, ACQUIRE, RELEASE, SLEEP, JOIN = 1, 2, 3, 4, 5, 6

-- Spans of several tasks, sorted by their beginning when all are there.
local function collector()
  local list = {}
  return function(span) list[#list + 1] = span end, function(trace)
    for i, span in ipairs(list) do span.place = i end
    table.sort(list, function(a, b)
      if a.began ~= b.began then return a.began < b.began end
      return a.place < b.place
    end)
    for _, span in ipairs(list) do model.add(trace, span) end
    return trace
  end
end

-- A lock in a simulated kitchen: who comes while it is held waits for the release before.
local function lock(object, add, line)
  local free, holder = 0, 0
  return function(task, time, held)
    local span = { task = task, operation = ACQUIRE, object = object, began = time, file = 1, line = line }
    if free > time then
      span.slept, span.called, span.waker = time + 2 * MICROSECOND, free, holder
      span.ended = free + 9 * MICROSECOND
      span.waited = span.ended - span.slept
    else
      span.ended = time + MICROSECOND
    end
    add(span)
    free, holder = span.ended + held, task
    add{ task = task, operation = RELEASE, object = object, began = free, ended = free + MICROSECOND, file = 1,
      line = line + 3 }
    return free + MICROSECOND
  end
end

-- A get at `began` of a message that was put at `put` by `waker`: it waits where there was none yet.
local function get_of(task, object, began, put, waker, message, line, late)
  local get = { task = task, operation = GET, object = object, began = began, message = message, file = 1, line = line }
  if began >= put then
    get.ended = began + 3 * MICROSECOND
    return get
  end
  get.slept, get.waker, get.called = began + 2 * MICROSECOND, waker, put + 2 * MICROSECOND
  get.ended = put + late
  get.waited = get.ended - get.slept
  return get
end

local WAITER, KILLED_COOK, WASHER = 2, 4, 6

-- The cook that is free first.
local function next_cook(free)
  local cook = 3
  for each = 4, 5 do if free[each] < free[cook] then cook = each end end
  return cook
end

local function kill(trace, add, at)
  add{ task = KILLED_COOK, operation = ACQUIRE, object = SINK, began = at, slept = at, file = 1, line = 52 }
  local task = trace.tasks[KILLED_COOK]
  task.ended, task.how, task.signal = at + 14 * MILLISECOND, "killed", 9
end

local function finish_kitchen(trace, add, last)
  trace.length = last + 6 * MILLISECOND
  add{ task = 1, operation = JOIN, began = MILLISECOND, slept = MILLISECOND, ended = last + 2 * MILLISECOND,
    waited = last + MILLISECOND, file = 1, line = 61 }
  for i, task in ipairs(trace.tasks) do
    if not task.ended then task.ended, task.how = i == 1 and trace.length or last + MILLISECOND, "ended" end
  end
end

-- A waiter takes orders, three cooks get them, and need the stove; one of them is killed; a washer cleans up.
function models.kitchen()
  local trace = kitchen_of("kitchen.lua", { "main", "waiter", "cook-1", "cook-2", "cook-3", "washer" })
  local add, finish = collector()
  local random, stove, sink = generator(7), lock(STOVE, add, 31), lock(SINK, add, 52)
  local last, free = 0, { [3] = MILLISECOND, [4] = 2 * MILLISECOND, [5] = 3 * MILLISECOND }
  local time, washer = 2 * MILLISECOND, 4 * MILLISECOND
  for order = 1, 36 do
    local pause = (order % 9 == 0 and 26 or 3 + random(6)) * MILLISECOND
    add{ task = WAITER, operation = SLEEP, began = time, slept = time, ended = time + pause, waited = pause, file = 1,
      line = 14 }
    time = time + pause
    add{ task = WAITER, operation = PUT, object = ORDERS, began = time, ended = time + 4 * MICROSECOND, message = order,
      file = 1, line = 15 }
    local put = time
    time = time + 5 * MICROSECOND
    local cook = next_cook(free)
    local get = get_of(cook, ORDERS, free[cook], put, WAITER, order, 27, (20 + random(200)) * MICROSECOND)
    add(get)
    local at = stove(cook, get.ended + (1 + random(3)) * MILLISECOND, (4 + random(7)) * MILLISECOND)
    if cook == KILLED_COOK and order > 24 then
      kill(trace, add, at)
      free[cook] = math.maxinteger
    else
      add{ task = cook, operation = PUT, object = DONE, began = at, ended = at + 3 * MICROSECOND, message = order,
        file = 1, line = 40 }
      free[cook] = at + (2 + random(3)) * MILLISECOND
      local wash = get_of(WASHER, DONE, washer, at, cook, order, 50, (30 + random(90)) * MICROSECOND)
      add(wash)
      washer = sink(WASHER, wash.ended, (2 + random(4)) * MILLISECOND)
      last = math.max(last, washer, at)
    end
  end
  finish_kitchen(trace, add, last)
  return finish(trace)
end

-- What the task does in each of its four steps, in turn: { operation, object or 0, line }.
local function turns(task)
  local queue, held = task % 2 == 0 and ORDERS or DONE, task % 2 == 0 and STOVE or SINK
  return { task <= 4 and { PUT, queue, 12 } or { GET, queue, 22 }, { ACQUIRE, held, 30 }, { RELEASE, held, 33 },
    { SLEEP, 0, 35 } }
end

-- Eight tasks that put, get, and take a lock, `count` spans in all: columns are filled, as that is quick.
function models.large(count)
  local names, does, at, sent, got = {}, {}, {}, { 0, 0, 0, 0 }, { 0, 0, 0, 0 }
  for i = 1, 8 do names[i], does[i], at[i] = "task-" .. i, turns(i), i * 100 end
  local trace, random = kitchen_of("large.lua", names), generator(11)
  local spans, last = trace.spans, 0
  spans.count = count
  for i = 1, count do
    local task = i % 8 + 1
    local operation, object, line = table.unpack(does[task][(i // 8) % 4 + 1])
    local began, lasts, message, result = at[task], 150 + random(400), 0, 0
    local slept, waited, waker, called = -1, 0, 0, -1
    if operation == PUT then
      sent[object] = sent[object] + 1
      message = sent[object]
    elseif operation == GET and got[object] < sent[object] then
      got[object] = got[object] + 1
      message = got[object]
    elseif operation == GET then
      result = 1
    elseif operation == ACQUIRE and random(6) == 0 then
      slept, waker, called = began + 90, (task + 1) % 8 + 1, began + 590 + random(9000)
      lasts = called - began + 1000 + random(5000)
      waited = began + lasts - slept
    end
    spans.task[i], spans.operation[i], spans.object[i], spans.began[i], spans.ended[i] = task, operation, object, began,
      began + lasts
    spans.slept[i], spans.waited[i], spans.waker[i], spans.called[i] = slept, waited, waker, called
    spans.message[i] = message
    spans.file[i], spans.line[i], spans.result[i] = 1, line, result
    last = math.max(last, began + lasts)
    at[task] = began + lasts + 100 + random(1500)
  end
  trace.length = last
  for _, task in ipairs(trace.tasks) do task.ended, task.how = last, "ended" end
  return trace
end

-- Many tasks that live shortly, one after the other, and wait for one lock in half of it.
function models.crowd(count)
  local trace = kitchen_of("crowd.lua", { "main" })
  trace.tasks[1].ended, trace.tasks[1].how = count * 1000, "ended"
  for i = 1, count do
    trace.tasks[i + 1] = { name = "guest-" .. i, began = i * 1000 - 1000, ended = i * 1000 + 1000, how = "ended",
      lost = 0 }
  end
  for i = 1, count do
    local began = i * 1000 - 900
    model.add(trace, { task = i + 1, operation = ACQUIRE, object = STOVE, began = began, slept = began,
      ended = began + 1000, waited = 1000, file = 1, line = 3 })
  end
  trace.length = count * 1000 + 1000
  return trace
end

-- Names that would be another thing, were they not taken for text.
function models.hostile()
  local trace = kitchen_of("</title><script>window.hacked = 1</script>", { "</script><b>bold</b>",
    "it's \"quoted\" & <i>", "🦊 fox 👩‍👩‍👧 family", ("long "):rep(2000),
    "bytes \xff\xfe\0end", "{{script}} %1 $& \\u003c" })
  trace.objects[ORDERS].title = 'queue "</script><img src=x onerror=window.hacked=1>"'
  trace.operations[PUT] = "<b>put</b>"
  for task = 1, 6 do
    trace.tasks[task].ended, trace.tasks[task].how = 1000, "ended"
    model.add(trace, { task = task, operation = task % 2 == 0 and GET or PUT, object = ORDERS, began = task * 10,
      slept = task * 10 + 2, ended = task * 10 + 300, waited = 298, file = 1, line = 3 })
  end
  trace.marks = { { task = 1, time = 500, text = "</script><b>a deadlock</b>" } }
  trace.length, trace.lost, trace.tasks[2].lost = 1000, 12, 12
  return trace
end

-- Two tellers read the balance, and both write what they have read: one deposit is lost.
function models.story()
  local trace = model.new{ title = "balance.lua", logical = true, length = 13, files = { "balance.lua" },
    operations = { "get", "set", "acquire", "release", "join" },
    sentence = "A deposit was lost: the balance is 150 and not 200",
    explanation = "teller-1 and teller-2 both read the balance before one of them wrote it. What teller-2 writes takes "
      .. "no notice of what teller-1 has written in between.",
    remedy = "Read and write under one lock, or add to the value in one operation: balance:add(50).",
    objects = { { kind = "value", name = "balance", number = 1, title = 'value "balance"' },
      { kind = "lock", name = "log", number = 1, title = 'lock "log"' } },
    tasks = { { name = "main", began = 1, ended = 13, how = "failed" },
      { name = "teller-1", began = 3, ended = 9, how = "ended" },
      { name = "teller-2", began = 4, ended = 12, how = "ended" } } }
  local function step(task, line, text, fields)
    local row = { task = task, line = line, text = text, file = 1 }
    for name, value in pairs(fields or {}) do row[name] = value end
    trace.steps = trace.steps or {}
    trace.steps[#trace.steps + 1] = row
  end
  step(1, 18, "starts teller-1 and teller-2")
  step(1, 21, "joins teller-1: waits", { waits = true })
  step(2, 7, "reads the balance: 100", { object = 1, matters = true })
  step(3, 7, "reads the balance: 100", { object = 1, matters = true })
  step(2, 9, "acquires the log", { object = 2 })
  step(3, 9, "wants the log: waits", { object = 2, waits = true })
  step(2, 10, "writes the balance: 150", { object = 1, matters = true })
  step(2, 11, "releases the log", { object = 2 })
  step(3, 9, "has the log", { object = 2 })
  step(3, 10, "writes the balance: 150", { object = 1, matters = true })
  step(3, 11, "releases the log", { object = 2 })
  step(1, 24, "fails: the balance is 150, not 200", { object = 1, failing = true, matters = true })
  model.add(trace, { task = 1, operation = 5, began = 2, slept = 3, ended = 12, waited = 9 })
  model.add(trace, { task = 2, operation = 3, object = 2, began = 5, ended = 6 })
  model.add(trace, { task = 3, operation = 3, object = 2, began = 6, slept = 7, ended = 10, waited = 3, waker = 2,
    called = 8 })
  model.add(trace, { task = 2, operation = 4, object = 2, began = 8, ended = 9 })
  model.add(trace, { task = 3, operation = 4, object = 2, began = 11, ended = 12 })
  return trace
end

-- Numbers of all kinds; what each column is, added up in the order in which the page has it, by task.
function models.example(count)
  local trace, random = models.large(0), generator(3)
  for i = 1, count do
    local began = i * 1000 + random(900)
    local slept = random(3) == 0 and began + random(50) or -1
    local ended = random(40) == 0 and -1 or began + 60 + random(5000) * (random(20) == 0 and 100000 or 1)
    model.add(trace, { task = random(8) + 1, operation = random(6) + 1, object = random(5), began = began,
      ended = ended, slept = slept, waited = slept >= 0 and random(40) or 0, waker = random(9),
      called = random(2) == 0 and began + random(200) or -1,
      message = random(2) == 0 and random(1 << 20) or 0, file = random(2), line = random(70000), result = random(4) })
  end
  local spans, sums, order = trace.spans, {}, {}
  for i = 1, count do order[i] = i end
  table.sort(order, function(a, b)
    if spans.task[a] ~= spans.task[b] then return spans.task[a] < spans.task[b] end
    return a < b
  end)
  for _, name in ipairs(model.COLUMNS) do
    sums[name] = 0
    for _, i in ipairs(order) do sums[name] = (sums[name] * 31 + spans[name][i] + 1) % 1000003 end
  end
  trace.length = (count + 2) * 1000
  trace.objects[1].sums = sums
  return trace
end

-- Someone sleeps for 2 hours and 5 minutes, and then until a month is over, as in a simulation.
function models.month()
  local minute = 60 * 1000 * MILLISECOND
  local trace = kitchen_of("month.lua", { "main" })
  trace.simulated, trace.length = true, 30 * 24 * 60 * minute
  trace.tasks[1].ended, trace.tasks[1].how = trace.length, "ended"
  model.add(trace, { task = 1, operation = SLEEP, began = 20, slept = 20, ended = 125 * minute, waited = 125 * minute })
  model.add(trace, { task = 1, operation = JOIN, began = 125 * minute, slept = 125 * minute, ended = trace.length,
    waited = trace.length - 125 * minute })
  return trace
end

-- Nothing was recorded, but for the task itself.
function models.empty()
  return model.new{ title = "empty.lua", tasks = { { name = "main", began = 0, ended = 0, how = "ended" } } }
end

local _, name, path, count = ...
html.write(models[name](math.tointeger(tonumber(count))), path)
return 0
