-- What exploring costs: schedules of three tasks with 30 points each, on all CPUs and on one.
-- Watch: the figures beside the goals; each is the best of some rounds.
-- Change: ROUNDS; what the tasks do, in TASKS: it must not fail under any schedule.
local ipc = require "tidelock"

local ROUNDS, SCHEDULES = 3, 3000
local TASKS = [[
local ipc = require "tidelock"
local lock, till = ipc.lock(), ipc.value(0)
local function pay() for _ = 1, 10 do lock:acquire() till:add(1) lock:release() end end
for _ = 1, 3 do ipc.spawn(pay) end
]]

local script = os.tmpname()
local file = assert(io.open(script, "w"))
file:write(TASKS)
file:close()

-- Schedules a second, by the explorer's own clock: the start of the program is not counted.
local function rate(jobs)
  local explorer = ipc.command{ arg[-1], "explore", "--json", "--jobs", tostring(jobs), "--time", "100",
    "--runs", tostring(SCHEDULES), script }
  local report = assert(explorer:communicate())
  assert(explorer.exitcode == 0, report)
  return tonumber(report:match '"schedules":%s*(%d+)') / tonumber(report:match '"seconds":%s*([%d.]+)')
end

local function best(jobs)
  local most = 0
  for _ = 1, ROUNDS do most = math.max(most, rate(jobs)) end
  return most
end

local function row(what, figure, goal)
  print(("%-34s %12.0f %-3s %12s  %s"):format(what, figure, "/s", goal or "", goal and
    (figure >= goal and "reached" or "short") or ""))
end

print(("%-34s %12s %3s %12s"):format("three tasks of 30 points", "", "", "goal"))
row(("schedules, on %d CPUs"):format(ipc.cpu_count()), best(ipc.cpu_count()), 1500)
row("schedules, on one CPU", best(1))
os.remove(script)
