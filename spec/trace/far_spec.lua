-- tidelock --trace: what is in the file of objects on a server.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local reader = dofile "spec/support/timeline/trace_reader.lua"
local engine = dofile "spec/support/engine.lua"

local SCRIPT = [[
local ipc = require "tidelock"
local s = ipc.open(arg[1])
local q, till, near = s.queue("orders", 1), s.lock "till", ipc.queue()
local cook = ipc.process{ name = "cook", target = function()
  till:with(function() q:get() end)
end }:start()
while not tostring(q):find "1 getting" do ipc.sleep(0.01) end
ipc.sleep(0.5) -- longer than anybody spins
q:put "soup"
till:acquire()
till:release()
ipc.wait({ q, till and s.event "open" }, 2) -- longer than a request takes on a loaded machine
ipc.wait({ q }, 2)
pcall(q.put, q, print)
cook:join()
s:remove()
]]

describe("a trace of objects on a server", function()
  it("has each call with its object and line, and its wait as one", function()
    if engine.missing then pending(engine.missing) return end
    local script, file = os.tmpname(), os.tmpname()
    files.write(script, SCRIPT)
    local _, err, status = shell.run(("timeout 60 %s --trace=%s %s %q"):format(shell.tidelock, file, script,
      engine.shared():address "traced"))
    local trace = reader.read(file)
    os.remove(script)
    os.remove(file)
    assert.equal(0, status, err)
    local function one(task, operation, object)
      local found = reader.find(trace, { task = task, operation = operation, object = object })
      assert.equal(1, #found, operation)
      return found[1]
    end
    local get = one("cook", "get", "orders")
    assert.truthy(get.slept and get.waited > 0)
    assert.equal(5, get.line)
    assert.equal("queue", get.object.kind)
    assert.matches("^redis.*/traced$", get.object.space)
    assert.equal(9, one("main", "put", "orders").line)
    assert.equal(10, one("main", "acquire", "till").line)
    local acquire, release = one("cook", "acquire", "till"), one("cook", "release", "till")
    assert.truthy(acquire.ended < get.began and get.ended <= release.began)
    local waits = reader.find(trace, { task = "main", operation = "wait" })
    assert.equal(2, #waits)
    assert.truthy(waits[1].slept and not waits[1].object and waits[1].line == 12)
    assert.truthy(waits[2].slept and waits[2].object.name == "orders" and waits[2].line == 13)
    for _, span in ipairs(trace.spans) do assert.truthy(span.ended, span.operation) end
  end)
end)
