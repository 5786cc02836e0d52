-- A task that looks in vain comes last only where it looks again: what it does right after the first vain look, before
-- any other task has taken a step, is a schedule of its own.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

-- What finds nothing must find the other task between taking and counting.
local WINDOW = [[
local ipc = require "tidelock"
local counted = ipc.value(0, "counted")
%s
local taker = ipc.spawn(function() take() counted:add(1) end)
if not found() then assert(counted:get() == 1, "gone, and not counted") end
]]

local TRIES = {
  ["a poll"] = [[
    local into, out = ipc.pipe{ duplex = false }
    out:send "only"
    local function take() into:recv() end
    local function found() return into:poll(0) end]],
  ["a queue's try_get"] = [[
    local queue = ipc.queue()
    queue:put "only"
    local function take() queue:get() end
    local function found() return queue:try_get() and queue:put "only" end]],
  ["a lock's try"] = [[
    local lock = ipc.lock()
    local function take() lock:acquire() end
    local function found() return lock:acquire(0) and lock:release() end]],
  ["a semaphore's try"] = [[
    local seats = ipc.semaphore(1)
    local function take() seats:acquire() end
    local function found() return seats:acquire(0) and seats:release() end]],
}

describe("a schedule in which a task goes on at once after", function()
  for name, code in pairs(TRIES) do
    it(name .. " in vain is among all", function()
      local path = files.write(os.tmpname(), WINDOW:format(code))
      local out, _, status = shell.run(("%s explore --all --no-delays %s"):format(shell.tidelock, path))
      os.remove(path)
      assert.equal(1, status, out)
      assert.matches("gone, and not counted", out)
    end)
  end
end)
