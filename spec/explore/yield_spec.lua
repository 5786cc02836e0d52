-- Who yields goes on once any other task has taken a step, whichever: all schedules include those.
local shell = dofile "spec/support/shell.lua"

local SCRIPT = [[
local ipc = require "tidelock"
local count, seen = ipc.value(0), ipc.value(0)
local reader = ipc.spawn(function() seen:set(count:get()) end)
local writer = ipc.spawn(function()
  count:add(1)
  ipc.yield()
  count:add(1)
end)
reader:join()
writer:join()
ipc.outcome("seen", seen:get())]]

describe("a yield", function()
  it("hides no schedule from --all", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(SCRIPT)
    file:close()
    local out, err, status = shell.run(("%s explore --all %s"):format(shell.tidelock, path), 60)
    os.remove(path)
    assert.equal(0, status, out .. err)
    assert.truthy(out:find "all %d+ explored", out)
    for count = 0, 2 do assert.truthy(out:find(("seen %d:"):format(count), 1, true), out) end
  end)
end)
