-- What an exploration costs: whole schedules, by parts: an empty one; three tasks that do nothing; of 30 points each.
-- Watch: the last row beside its goal; each figure is the best of some rounds, without the start of the program.
-- Change: ROUNDS, RUNS; a case of your own: it must not fail.
local ipc = require "tidelock"

local ROUNDS, RUNS = 3, 2000
local TASKS = [[
  local ipc = require "tidelock"
  local lock, till, tasks = ipc.lock(), ipc.value(0), {}
  for n = 1, 3 do
    tasks[n] = ipc.spawn(function()
      for _ = 1, %d do lock:acquire() till:set(till:get() + 1) lock:release() end
    end)
  end
  for n = 1, 3 do tasks[n]:join() end]]

local function seconds(script, runs)
  local command = ipc.command{ arg[-1], "explore", "--runs", tostring(runs), "--time", "600", script }
  local before = ipc.now()
  assert(command:communicate())
  assert(command.exitcode == 0, "the exploration of " .. script .. " failed")
  return ipc.now() - before
end

-- Schedules in a second.
local function rate(code)
  local path, least = os.tmpname(), math.huge
  local file = assert(io.open(path, "w"))
  file:write(code):close()
  local start = seconds(path, 1)
  for _ = 1, ROUNDS do least = math.min(least, seconds(path, RUNS) - start) end
  os.remove(path)
  return (RUNS - 1) / least
end

local function row(what, code, goal)
  local figure = rate(code)
  print(("%-34s %12.0f %-3s %12s  %s"):format(what, figure, "/s", goal or "",
    not goal and "" or figure >= goal and "reached" or "short"))
end

print(("%-34s %12s %3s %12s"):format(("in an exploration, on %d CPUs"):format(ipc.cpu_count()), "", "", "goal"))
row("schedules, of one task, empty", "")
row("of three tasks, without points", TASKS:format(0))
row("of three tasks, of 30 points each", TASKS:format(7), 1500)
