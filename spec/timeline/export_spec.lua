-- What is written for other tools: read back, and compared with the model.
package.path = "bindings/?.lua;" .. package.path
local example = dofile "spec/support/timeline/trace_example.lua"
local in_program = dofile "spec/support/in_program.lua"
local json = require "cjson"
local mermaid = require "timeline.export.mermaid"
local model = require "timeline.model"
local names = require "timeline.names"
local protobuf = require "formats.protobuf"
local reader = dofile "spec/support/timeline/perfetto_reader.lua"

local function written(module, trace)
  return in_program.call([[
    local module, trace = ...
    local parts = {}
    require(module).write(trace, function(text) parts[#parts + 1] = text end)
    return table.concat(parts)]], module, trace)
end

local function read_perfetto(trace) return reader.read(written("timeline.export.perfetto", trace)) end

local function read_chrome(trace) return json.decode(written("timeline.export.chrome", trace)).traceEvents end

-- The events of chrome's of that phase, by `of(event)` a list of those.
local function by(events, phase, of)
  local found = {}
  for _, event in ipairs(events) do
    if event.ph == phase then
      local key = of(event)
      found[key] = found[key] or {}
      table.insert(found[key], event)
    end
  end
  return found
end

local function spans_of(trace, task)
  local list = {}
  for i = 1, trace.spans.count do
    if trace.spans.task[i] == task then list[#list + 1] = i end
  end
  return list
end

describe("protobuf", function()
  it("writes numbers of any size", function()
    for _, n in ipairs{ 0, 1, 127, 128, 300, 16383, 16384, 1 << 21, (1 << 28) - 1, 1 << 28, 1 << 45, math.maxinteger,
      -1, math.mininteger } do
      local found, shift = 0, 0
      local text = protobuf.varint(n)
      for i = 1, #text do
        local byte = text:byte(i)
        found, shift = found | (byte & 127) << shift, shift + 7
        assert.equal(i < #text, byte > 127)
      end
      assert.equal(n, found)
    end
    assert.equal("\8\150\1", protobuf.number(1, 150)) -- the example of protobuf's own page
    assert.equal("\18\7testing", protobuf.bytes(2, "testing"))
    assert.equal("\25\1\0\0\0\0\0\0\0", protobuf.fixed(3, 1))
  end)
end)

describe("--perfetto", function()
  it("has a track a task, with a slice an operation at its time and place", function()
    local trace = example.small()
    local read, own = read_perfetto(trace), names.of(trace)
    for task, row in ipairs(trace.tasks) do
      local uuid, track = reader.track(read, ("%s (pid %d)"):format(row.name, row.pid))
      assert.equal("tasks of kitchen.lua", read.tracks[track.parent].name)
      local outer = {}
      for _, slice in ipairs(reader.slices(read, uuid)) do
        if slice.depth == 0 then outer[#outer + 1] = slice end
      end
      local list = spans_of(trace, task)
      assert.equal(#list, #outer)
      for n, i in ipairs(list) do
        local ended = trace.spans.ended[i] >= 0 and trace.spans.ended[i] or row.ended
        assert.same({ own:call(i), trace.spans.began[i], ended }, { outer[n].name, outer[n].from, outer[n].to })
        assert.equal(own:place(i), outer[n].event.place)
      end
    end
  end)

  it("shows how long an operation waited, and the way back from it", function()
    local trace = example.small()
    local read = read_perfetto(trace)
    local inner = {}
    for _, slice in ipairs(reader.slices(read, (reader.track(read, "ann (pid 4700)")))) do
      if slice.depth == 1 then inner[#inner + 1] = { slice.name, slice.from, slice.to } end
    end
    assert.same({ "waits", 2620000, 9320000 }, inner[1])
    assert.same({ "woken", 9320000, 9350000 }, inner[2])
    assert.same({ "waits", 46020000 }, inner[#inner]) -- it never came back
  end)

  it("has arrows from put to get and from release to acquire", function()
    local read = read_perfetto(example.small())
    local from, to = {}, {}
    for _, event in ipairs(read.events) do
      for _, id in ipairs(event.flows or {}) do
        assert.is_nil(from[id])
        from[id] = event
      end
      for _, id in ipairs(event.last_flows or {}) do
        assert.is_nil(to[id])
        to[id] = event
      end
    end
    assert.equal(9, #from)
    assert.equal(9, #to)
    for id, event in ipairs(from) do assert.is_true(event.time <= to[id].time) end
    assert.equal('put queue "counter"', from[1].name)
    assert.equal("woken", to[1].name)
  end)

  it("has a counter a queue and a track a lock", function()
    local read = read_perfetto(example.small())
    local uuid, track = reader.track(read, 'queue "counter": messages')
    assert.equal("", track.counter)
    local most, last = 0, nil
    for _, event in ipairs(read.events) do
      if event.track == uuid then
        assert.equal("counter", event.type)
        most, last = math.max(most, event.value), event.value
      end
    end
    assert.same({ 3, 0 }, { most, last })
    local holders = {}
    for i, slice in ipairs(reader.slices(read, (reader.track(read, 'lock "stove"')))) do holders[i] = slice.name end
    assert.same({ "noodles", "dumplings", "noodles", "dumplings", "noodles" }, holders)
  end)

  it("tells deaths, outcomes and what was told", function()
    local read = read_perfetto(example.small())
    local instants, results = {}, {}
    for _, event in ipairs(read.events) do
      if event.type == "instant" then instants[#instants + 1] = event.name end
      if event.annotation and event.annotation.result then results[#results + 1] = event.annotation.result end
    end
    table.sort(instants)
    assert.same({ "a deadlock was told", "ended", "failed", "killed by signal 9" }, instants)
    assert.equal(4, #results)
  end)

  it("nests what ran within an operation", function()
    local trace = model.new{ title = "x", length = 100, operations = { "wait", "put" },
      tasks = { { name = "main", began = 0, lost = 0 } } }
    model.add(trace, { task = 1, operation = 1, began = 10, ended = 50, slept = 12, waited = 20 })
    model.add(trace, { task = 1, operation = 2, began = 20, ended = 30 })
    model.add(trace, { task = 1, operation = 2, began = 60, ended = 70 })
    local read, found = read_perfetto(trace), {}
    for i, slice in ipairs(reader.slices(read, (reader.track(read, "main")))) do
      found[i] = { slice.name, slice.from, slice.to, slice.depth }
    end
    assert.same({ { "wait", 10, 50, 0 }, { "put", 20, 30, 1 }, { "put", 60, 70, 0 } }, found)
  end)

  it("makes a millisecond of a step", function()
    local read = read_perfetto(example.logical())
    local slices = reader.slices(read, (reader.track(read, "ann")))
    assert.same({ "acquire lock \"till\"", 1000000, 2000000 }, { slices[1].name, slices[1].from, slices[1].to })
  end)
end)

describe("--chrome", function()
  it("is JSON with an event an operation, in a thread a task", function()
    local trace = example.small()
    local events, own = read_chrome(trace), names.of(trace)
    local threads = by(events, "M", function(event) return ("%s %d.%d"):format(event.name, event.pid, event.tid) end)
    local spans = by(events, "X", function(event) return ("%d.%d"):format(event.pid, event.tid) end)
    for task, row in ipairs(trace.tasks) do
      assert.equal(row.name, threads["thread_name 1." .. task][1].args.name)
      local list = spans_of(trace, task)
      assert.equal(#list, #spans["1." .. task])
      for n, i in ipairs(list) do
        local event = spans["1." .. task][n]
        assert.equal(own:call(i), event.name)
        assert.equal(trace.spans.began[i], math.floor(event.ts * 1000 + 0.5))
        assert.equal(own:place(i), event.args.at)
      end
    end
    assert.equal(5, #spans["2.2"]) -- the stove was held so often
  end)

  it("has pairs of arrows, each within its operations", function()
    local events = read_chrome(example.small())
    local starts, ends = by(events, "s", function(event) return event.id // 1 | 0 end), by(events, "f", function(event)
      return event.id // 1 | 0
    end)
    local spans = by(events, "X", function(event) return ("%d.%d"):format(event.pid, event.tid) end)
    local function inside(event)
      for _, span in ipairs(spans[("1.%d"):format(event.tid)]) do
        if event.ts >= span.ts - 0.001 and event.ts <= span.ts + span.dur + 0.001 then return true end
      end
    end
    assert.equal(9, #starts)
    local calls = {}
    for _, list in ipairs(starts) do
      if list[1].name == "call" then calls[#calls + 1] = math.floor(list[1].ts + 0.5) end
    end
    assert.same({ 9500, 16600, 25200 }, calls) -- microseconds
    for id, list in ipairs(starts) do
      assert.is_true(inside(list[1]) and inside(ends[id][1]))
      assert.is_true(list[1].ts <= ends[id][1].ts)
    end
  end)

  it("counts a queue's messages", function()
    local counts = by(read_chrome(example.small()), "C", function(event) return event.name end)['queue "counter"']
    local most = 0
    for _, event in ipairs(counts) do most = math.max(most, event.args.messages) end
    assert.equal(3, most)
  end)

  it("survives names of any bytes", function()
    local trace = example.small()
    trace.title, trace.tasks[1].name, trace.marks[1].text = '"\\', "a\"b\\\n", "x\0y\27"
    assert.is_table(read_chrome(trace))
    assert.is_table(read_perfetto(trace))
  end)
end)

describe("--mermaid", function()
  it("has the tasks, what they have in common, and a message an operation", function()
    local text = mermaid.text(example.small())
    assert.matches("^sequenceDiagram\n  title kitchen.lua, 60.0 ms\n", text)
    assert.matches("  actor p1 as main\n", text:gsub("noodles", "main", 1))
    assert.matches('  p%d%->>p%d: 12: put\n', text)
    assert.matches('  p%d%-%->>p%d: 22: get, waited 6.70 ms\n', text)
    assert.matches("Note over p%d: is killed\n", text)
    assert.matches("22: get, waits 14.0 ms, never ends\n", text)
    assert.is_nil(text:find "sleep")
  end)

  it("has 200 messages at most, and says what it left out", function()
    local text = mermaid.text(example.big(1000))
    assert.equal(200, select(2, text:gsub("%->>", "")))
    assert.matches("Note over p1: 800 messages more are left out\n$", text)
    assert.is_nil(mermaid.text(example.small()):find "left out")
  end)

  it("shows a range and some tasks only", function()
    local text = mermaid.text(example.small(), { tasks = { 4, 5 }, from = 16000000, to = 30000000 })
    assert.equal(3, select(2, text:gsub("%->>", "")))
    assert.is_nil(text:find "noodles")
  end)

  it("has all objects where none is used by several of the tasks then, and says so", function()
    local told = "\n  Note over p1: no object is used by several of these tasks in this time: all objects are shown\n"
    local text = mermaid.text(example.small(), { tasks = { 1 } })
    assert.matches(told, mermaid.text(example.small(), { to = 2300000 }))
    assert.matches(told, text)
    assert.matches("\n  p1%->>p%d: 34: join, waited 39.7 ms\n", text)
  end)

  it("says so where there is nothing to draw, and who there is", function()
    local text = mermaid.text(example.small(), { tasks = { 4, 5 }, from = 0, to = 1000 })
    assert.matches("\n  actor p1 as ann\n  actor p2 as bob\n  Note over p1: nothing is done to an object", text)
    local empty = example.small()
    empty.tasks, empty.spans, empty.marks = {}, { count = 0 }, {}
    assert.matches("\n  participant p1 as no task\n  Note over p1: nothing is done", mermaid.text(empty))
  end)
end)
