-- Who yields, or tries in vain, goes on once any other task has taken a step, whichever: all schedules include those.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local SCRIPT = [[
local ipc = require "tidelock"
local count, seen, queue = ipc.value(0), ipc.value(0), ipc.queue()
local reader = ipc.spawn(function() seen:set(count:get()) end)
local writer = ipc.spawn(function()
  count:add(1)
  %s
  count:add(1)
end)
reader:join()
writer:join()
ipc.outcome("seen", seen:get())]]

describe("a task that is put last", function()
  for name, code in pairs{ ["by a yield"] = "ipc.yield()", ["by a try in vain"] = "queue:try_get()" } do
    it(name .. " hides no schedule from --all", function()
      local path = files.write(os.tmpname(), (SCRIPT:format(code)))
      local out, err, status = shell.run(("%s explore --all %s"):format(shell.tidelock, path), 60)
      os.remove(path)
      assert.equal(0, status, out .. err)
      assert.truthy(out:find "all %d+ explored", out)
      for count = 0, 2 do assert.truthy(out:find(("seen %d:"):format(count), 1, true), out) end
    end)
  end
end)
