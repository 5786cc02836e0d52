-- ipc.trace: what a script records of itself, from one line to another.
local reader = dofile "spec/support/timeline/trace_reader.lua"
local shell = dofile "spec/support/shell.lua"

describe("ipc.trace", function()
  local file = os.tmpname()

  -- What the code, where FILE stands for such a name, writes to stderr; and its status.
  local function script(code, environment)
    local _, err, status = shell.script(code:gsub("FILE", file), environment)
    return err, status
  end

  before_each(function() os.remove(file) end)
  teardown(function() os.remove(file) end)

  it("records from one line to another, as often as one likes", function()
    local err, status = script [[
      local ipc = require "tidelock"
      local q = ipc.queue{ name = "q" }
      q:put "before"
      local function child() q:put "child" end
      assert(ipc.trace "FILE.1")
      q:put "first"
      ipc.process{ name = "one", target = child }:start():join()
      local operations, lost = ipc.trace(false)
      assert(operations >= 4 and lost == 0, operations)
      q:put "between"
      assert(ipc.trace "FILE.2")
      q:put "second"
      ipc.process{ name = "two", target = child }:start():join()
      assert(ipc.trace "FILE.3")
      q:get()]]
    assert.equal("", err)
    assert.equal(0, status)
    for n, rows in ipairs{ { main = 1, one = 1 }, { main = 1, two = 1 }, { main = 0 } } do
      local trace = reader.read(file .. "." .. n)
      assert.truthy(trace.whole)
      for name, puts in pairs(rows) do
        assert(reader.task(trace, name), name)
        assert.equal(puts, #reader.find(trace, { task = name, operation = "put", object = "q" }))
      end
      os.remove(file .. "." .. n)
    end
  end)

  it("is whole where a task dies that has slept since an earlier recording", function()
    local err, status = script [[
      local ipc = require "tidelock"
      local q, started = ipc.queue(), ipc.event()
      local function sleep() started:set() q:get() end
      assert(ipc.trace "FILE.1")
      local sleeper = ipc.process{ name = "sleeper", target = sleep }:start()
      started:wait()
      assert(ipc.trace(false))
      assert(ipc.trace "FILE")
      q:size()
      sleeper:kill()
      sleeper:join()
      ipc.process{ name = "late", target = function() ipc.yield() end }:start():join()
      assert(ipc.trace(false))]]
    os.remove(file .. ".1")
    assert.equal("", err)
    assert.equal(0, status)
    local trace = reader.read(file)
    assert.truthy(trace.whole)
    assert.equal("ended", reader.task(trace, "late").how)
  end)

  it("leaves nothing open where it cannot begin", function()
    local err, status = script([[
      local ipc, held = require "tidelock", {}
      repeat local file = io.open "/dev/null" held[#held + 1] = file until not file
      table.remove(held):close()
      assert(not ipc.trace "FILE")
      assert(io.open "/dev/null")]], "prlimit --nofile=256")
    assert.equal("", err)
    assert.equal(0, status)
  end)

  it("tells what is wrong", function()
    local err, status = script [[
      local ipc = require "tidelock"
      local well, why = ipc.trace(false)
      assert(well == nil and why == "nothing is recorded")
      well, why = ipc.trace "/no/such/folder/x"
      assert(well == nil and why == "/no/such/folder/x: No such file or directory", why)
      local _, message = pcall(ipc.trace, 3)
      assert(message:find("the name of a file is expected, or false to end the recording, not a number"), message)
      ipc.spawn(function()
        local _, text = pcall(ipc.trace, "FILE")
        assert(text:find "only the main task can", text)
      end):result()
      assert(not io.open "FILE")]]
    assert.equal("", err)
    assert.equal(0, status)
  end)
end)
