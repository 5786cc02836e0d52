-- What a simulation costs: points where the same task goes on, hand-overs between two processes, a whole short run.
-- Watch: the figures beside the goals; each is the best of some rounds, without the start of the program.
-- Change: ROUNDS; a case of your own: it must print nothing.
local ipc = require "tidelock"

local ROUNDS, N = 5, 200000
local POINTS = ("local v = require'tidelock'.value(0) for _ = 1, %d do v:add(1) end"):format(N)

-- A round trip is a send and a recv on each side: two hand-overs at least.
local HANDED = ([[
  local ipc = require "tidelock"
  local ours, theirs = ipc.pipe()
  local echo = ipc.spawn(function() for _ = 1, %d do theirs:send(theirs:recv()) end end)
  for n = 1, %d do ours:send(n) assert(ours:recv() == n) end
  echo:join()]]):format(N // 10, N // 10)

local function seconds(...)
  local command, before = ipc.command{ arg[-1], "--sim=1", ... }, ipc.now()
  assert(command:communicate())
  assert(command.exitcode == 0, command.name .. " failed")
  return ipc.now() - before
end

local function best(...)
  local least = math.huge
  for _ = 1, ROUNDS do least = math.min(least, seconds(...)) end
  return least
end

local function row(what, figure, unit, goal, reached)
  print(("%-34s %12.0f %-3s %12s  %s"):format(what, figure, unit, goal, reached and "reached" or "short"))
end

local start = best("-e", "require'tidelock'")
local tickets = arg[0]:gsub("bench/[^/]*$", "tickets.lua")
print(("%-34s %12s %3s %12s"):format("in a simulation, on one CPU", "", "", "goal"))
local points = N / (best("-e", POINTS) - start)
row("points, the same task goes on", points, "/s", "300000", points >= 300000)
local handed = 2 * (N // 10) / (best("-e", HANDED) - start)
row("hand-overs between processes", handed, "/s", "150000", handed >= 150000)
local run = best(tickets) * 1000
row("tickets.lua, from start to end", run, "ms", "20", run <= 20)
