-- tidelock --trace of a simulated run: times of the simulation, and nothing else is changed.
local files = dofile "spec/support/files.lua"
local recording = dofile "spec/support/timeline/recording.lua"
local shell = dofile "spec/support/shell.lua"

local file, record, find, one, check = recording.file, recording.run, recording.find, recording.one, recording.check

-- When each operation began, by task: tasks are mixed in the file as the recorder came to them.
local function moments(trace)
  local list = {}
  for _, span in ipairs(trace.spans) do
    local of = list[span.task.name] or {}
    list[span.task.name] = of
    of[#of + 1] = ("%s %d %d"):format(span.operation, span.began, span.ended)
  end
  return list
end

describe("a trace", function()
  teardown(function() os.remove(file) end)

  it("of a simulated run has its time, the same each time", function()
    local code = [[
      local ipc = require "tidelock"
      local q = ipc.queue()
      ipc.process{ name = "late", target = function() ipc.sleep(1000) q:put(1) end }:start()
      q:get()]]
    local trace = record(code, "--sim=3")
    check(trace)
    local get = one(trace, "main", "get")
    assert.truthy(trace.length >= 1000 * 1000000000 and trace.length < 1001 * 1000000000)
    assert.truthy(get.waited >= 999 * 1000000000)
    assert.equal("late", get.waker.name)
    assert.equal(2, trace.flags)
    assert.equal(0, trace.began)
    local again = record(code, "--sim=3")
    assert.same(moments(trace), moments(again))
  end)

  it("of a simulated run has its time where a line comes again and again", function()
    local trace = record([[
      local ipc = require "tidelock"
      local q, till = ipc.queue(), ipc.lock()
      local function cook()
        for n = 1, 20 do ipc.sleep(10) till:with(function() q:put(n) end) end
      end
      ipc.process{ name = "cook", target = cook }:start()
      ipc.thread{ name = "help", target = function(q) for _ = 1, 20 do ipc.sleep(10) q:size() end end, args = { q } }
        :start()
      for _ = 1, 20 do q:get() end]], "--sim=1")
    check(trace)
    local second, slack = 1000000000, 1000000 -- the moments of one time are told apart
    for _, each in ipairs{ { "cook", "put" }, { "cook", "acquire" }, { "cook", "release" }, { "help", "size" },
      { "main", "get" } } do
      local found = find(trace, each[1], each[2])
      assert.equal(20, #found, each[2])
      for n, span in ipairs(found) do
        local late = span.ended - n * 10 * second
        assert.truthy(late >= 0 and late < slack, ("%s %d ends at %d"):format(each[2], n, span.ended))
        assert.equal(each[2] ~= "get", span.began - n * 10 * second >= 0)
      end
    end
    for n, sleep in ipairs(find(trace, "cook", "sleep")) do
      assert.truthy(math.abs(sleep.began - (n - 1) * 10 * second) < slack)
      assert.truthy(math.abs(sleep.waited - 10 * second) < slack)
    end
  end)

  it("of a simulated run changes nothing in it", function()
    local code = [[
      local ipc = require "tidelock"
      local q = ipc.queue(2)
      for n = 1, 3 do ipc.spawn(function() for i = 1, 5 do q:put(i) end end) end
      for _ = 1, 15 do q:get() end]]
    local steps = os.tmpname()
    local function run(option)
      local _, err, status = shell.script(code, "", 60, "--sim=7 --steps " .. steps .. " " .. option)
      assert.equal(0, status, err)
      return (files.read(steps):gsub("lua_%w+", "NAME"))
    end
    local plain = run ""
    assert.truthy(#plain > 500)
    assert.equal(plain, run("--trace=" .. file))
    os.remove(steps)
  end)
end)
