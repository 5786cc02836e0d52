-- What the operations of a trace come to: totals, waits, hand-overs, who held what, how full a queue was.
local example = dofile "spec/support/timeline/trace_example.lua"
local flows = require "timeline.flows"
local in_program = dofile "spec/support/in_program.lua"
local model = require "timeline.model"
local names = require "timeline.names"

local depth, holds, study = in_program.module "timeline.depth", in_program.module "timeline.holds",
  in_program.module "timeline.study"

local MS = 1000000

local function all_tasks(trace)
  local list = {}
  for i = 1, #trace.tasks do list[i] = i end
  return list
end

local function study_of(trace, from, to, most)
  return study.of(trace, all_tasks(trace), from or 0, to or trace.length, most)
end

local function index_of(trace, name)
  for i, task in ipairs(trace.tasks) do
    if task.name == name then return i end
  end
end

-- A trace of one object of that kind, whose tasks do { task, word, began, ended, more }.
local function run(kind, count, ...)
  local trace = model.new{ length = 1000, objects = { { kind = kind, name = "", number = 1, title = kind .. "#1" } } }
  local words = {}
  for i = 1, count do trace.tasks[i] = { name = "t" .. i, began = 0, lost = 0 } end
  for _, row in ipairs{ ... } do
    if not words[row[2]] then
      table.insert(trace.operations, row[2])
      words[row[2]] = #trace.operations
    end
    local span = { task = row[1], operation = words[row[2]], object = 1, began = row[3], ended = row[4] }
    for name, value in pairs(row[5] or {}) do span[name] = value end
    model.add(trace, span)
  end
  return trace
end

local function held(trace)
  local list, texts = holds.of(trace), {}
  for i = 1, list.count do texts[i] = ("%d:%d-%d"):format(list.task[i], list.from[i], list.to[i]) end
  return table.concat(texts, " ")
end

describe("a study", function()
  it("tells of each task how long it ran, slept and waited, and for what", function()
    local trace = example.small()
    local found = study_of(trace)
    local ann = found.tasks[index_of(trace, "ann")]
    assert.equal(57.9 * MS, ann.alive)
    assert.equal(19.1 * MS, ann.slept)
    -- the last wait goes on to the end of the trace
    assert.equal(math.floor((6.7 + 10.1 + 60 - 46.02) * MS + 0.5), ann.waited)
    assert.same({ [1] = ann.waited }, ann.reasons)
    assert.equal(ann.alive - ann.slept - ann.waited, ann.ran)
  end)

  it("counts what lies within the range only", function()
    local trace = example.small()
    local found = study_of(trace, 10 * MS, 20 * MS)
    local bob = found.tasks[index_of(trace, "bob")]
    assert.equal(10 * MS, bob.alive)
    assert.equal(1.7 * MS, bob.slept)
    assert.equal(math.floor((17.13 - 10 + 20 - 19.12) * MS + 0.5), bob.waited)
    assert.is_nil(found.objects[5])
  end)

  it("lists the longest waits, and no sleep", function()
    local trace = example.small()
    local found = study_of(trace, nil, nil, 3)
    local own = names.of(trace)
    local texts = {}
    for i, wait in ipairs(found.longest) do texts[i] = own:call(wait.span) .. " " .. wait.time // 100000 end
    assert.same({ 'join process "noodles" 397', 'get queue "counter" 143', 'get queue "counter" 139' }, texts)
  end)

  it("measures hand-overs from the call to the return", function()
    local found = study_of(example.small())
    local delays = found.hand_overs
    assert.same({ 7, 0.4 * MS, 0.8 * MS }, { delays.count, delays.median, delays.worst })
    assert.equal(5, example.small().spans.task[delays.span])
    assert.same({ count = 0 }, study_of(run("queue", 1, { 1, "put", 1, 2 })).hand_overs)
  end)

  it("tells of an object how many operations waited, and how long", function()
    local found = study_of(example.small())
    local stove = found.objects[2]
    assert.same({ 9, 4, math.floor((6.3 + 7.2 + 8.6 + 7.8) * MS + 0.5), 8.6 * MS },
      { stove.operations, stove.waits, stove.waited, stove.longest })
  end)
end)

describe("holds", function()
  it("go from the end of the acquire to the release, or to the holder's death", function()
    local trace = example.small()
    assert.matches("^2:3020000%-9480000 3:9900000%-16550000 2:17000000%-25150000", held(trace))
    local list = holds.of(trace)
    local by_killed = {}
    for i = 1, list.count do
      if list.task[i] == index_of(trace, "dumplings") then by_killed[#by_killed + 1] = list.to[i] end
    end
    assert.same({ 16.55 * MS, 33 * MS }, by_killed)
  end)

  it("are one where a lock is taken twice", function()
    assert.equal("1:10-50", held(run("rlock", 1, { 1, "acquire", 5, 10 }, { 1, "acquire", 15, 20 },
      { 1, "release", 30, 31 }, { 1, "release", 50, 51 })))
  end)

  it("are none where the time was over", function()
    assert.equal("", held(run("lock", 1, { 1, "acquire", 5, 10, { result = 1 } })))
  end)

  it("stand still while their task waits for a condition", function()
    assert.equal("1:10-25 1:40-50", held(run("condition", 1, { 1, "acquire", 5, 10 },
      { 1, "wait", 20, 40, { slept = 25, waited = 10 } }, { 1, "release", 50, 51 })))
  end)

  it("stand still while their task waits for a condition that was made with their lock", function()
    local trace = run("lock", 2, { 1, "acquire", 5, 10 },
      { 1, "wait", 20, 40, { object = 2, slept = 25, waited = 10 } },
      { 2, "acquire", 24, 26 }, { 2, "release", 35, 36 }, { 1, "release", 50, 51 })
    trace.objects[2] = { kind = "condition", name = "", number = 1, title = "condition#1" }
    assert.equal("1:10-25 2:26-35 1:40-50", held(trace))
    local list = holds.of(trace)
    assert.same({ 1, 1, 1 }, list.object)
  end)

  it("are of the lock that a condition was given, whichever the task took last", function()
    local trace = run("lock", 2, { 1, "acquire", 2, 3, { object = 2 } }, { 1, "acquire", 5, 10, { object = 3 } },
      { 1, "wait", 20, 40, { object = 2, slept = 25, waited = 10 } }, { 1, "release", 50, 51 },
      { 1, "release", 60, 61, { object = 3 } })
    trace.objects[2] = { kind = "condition", name = "", number = 1, title = "condition#1", lock = 1 }
    trace.objects[3] = { kind = "lock", name = "", number = 9, title = "lock#9" }
    assert.equal("1:3-25 1:40-50 1:10-60", held(trace))
    assert.same({ 1, 1, 3 }, holds.of(trace).object)
  end)

  it("are several of a rwlock", function()
    assert.equal("1:10-30 2:12-35", held(run("rwlock", 2, { 1, "read", 5, 10 }, { 2, "read", 6, 12 },
      { 1, "release", 30, 31 }, { 2, "release", 35, 36 })))
  end)

  it("are none of a semaphore that another gives back", function()
    assert.equal("", held(run("semaphore", 2, { 1, "acquire", 5, 10 }, { 2, "release", 20, 21 })))
    assert.equal("1:10-20", held(run("semaphore", 2, { 1, "acquire", 5, 10 }, { 1, "release", 20, 21 })))
  end)
end)

describe("depth", function()
  it("counts what was put and not yet got", function()
    local curve = depth.of(example.small())[1]
    assert.equal(3, curve.most)
    assert.equal(0, curve.counts[#curve.counts])
  end)

  it("never shows more than a queue of one can hold, or less than nothing", function()
    -- the get of 1 lets 2 in before it returns; 2 is got while it is put
    local curve = depth.of(run("queue", 3, { 1, "put", 1, 4, { message = 1 } },
      { 1, "put", 5, 14, { message = 2, slept = 6, waited = 5 } }, { 2, "get", 10, 20, { message = 1 } },
      { 3, "get", 12, 30, { message = 2 } }))[1]
    assert.equal(1, curve.most)
    assert.same({ 4, 10, 14, 14 }, curve.times)
    assert.same({ 1, 0, 1, 0 }, curve.counts)
  end)

  it("counts no message of which the other side was lost", function()
    local trace = run("queue", 2, { 1, "put", 1, 2, { message = 1 } }, { 1, "put", 3, 4, { message = 2 } },
      { 1, "put", 5, 6, { message = 3 } }, { 2, "get", 7, 8, { message = 3 } }, { 2, "get", 9, 10, { message = 4 } },
      { 1, "put", 11, 12, { message = 5 } })
    trace.lost = 3
    local curve = depth.of(trace)[1]
    assert.same({ 6, 7, 12 }, curve.times)
    assert.same({ 1, 0, 1 }, curve.counts)
  end)

  it("counts in the order of time whatever the order of ends", function()
    -- each put ends before the one that began before it, far more than lists that are nearly in order can bear
    local calls, n = {}, 400
    for i = 1, n do calls[i] = { i % 2 + 1, "put", i, 3000 - i, { message = i } } end
    for i = 1, n do calls[n + i] = { 3, "get", n + i, 5000 - i, { message = i, slept = n + i, waited = 9999 } } end
    local curve = depth.of(run("queue", 3, table.unpack(calls)))[1]
    assert.equal(n, curve.most)
    for i = 1, n do
      assert.same({ 3000 - n - 1 + i, i }, { curve.times[i], curve.counts[i] })
      assert.same({ 5000 - n - 1 + i, n - i }, { curve.times[n + i], curve.counts[n + i] })
    end
  end)

  it("knows a nil that was got from one that was not", function()
    local function last(...)
      local curve = depth.of(run("queue", 1, ...))[1]
      return curve.counts[#curve.counts]
    end
    assert.equal(0, last({ 1, "put", 1, 2, { message = 1 } }, { 1, "get", 3, 4, { message = 1, result = 1 } }))
    assert.equal(1, last({ 1, "put", 1, 2, { message = 1 } }, { 1, "get", 3, 4, { result = 1 } }))
    assert.equal(1, last({ 1, "put", 1, 2 }, { 1, "put", 3, 4, { result = 1 } }))
  end)
end)

describe("flows", function()
  local function texts(trace)
    local own, list = names.of(trace), {}
    for i, flow in ipairs(flows.of(trace)) do
      list[i] = ("%s %s > %s %s %s"):format(own:task(trace.spans.task[flow[1]]), own:call(flow[1]),
        own:task(trace.spans.task[flow[2]]), own:call(flow[2]), flow[3])
    end
    return list
  end

  it("lead from a put to its get, and from the release to the acquire that it ended", function()
    local found = texts(example.small())
    assert.equal('noodles put queue "counter" > ann get queue "counter" message', found[1])
    assert.equal('dumplings put queue "counter" > bob get queue "counter" message', found[2])
    local calls = table.concat(found, "\n")
    assert.matches('noodles release lock "stove" > dumplings acquire lock "stove" call', calls)
    assert.equal(9, #found)
  end)

  it("do not lead to a sleep", function()
    local trace = run("event", 2, { 1, "set", 10, 20 }, { 2, "sleep", 5, 30, { slept = 6, waited = 20, waker = 1,
      called = 15, object = 0 } })
    assert.same({}, flows.of(trace))
  end)
end)
