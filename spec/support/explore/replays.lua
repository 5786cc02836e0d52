-- Lua for an explorer of a spec's own (spec/support/explorer.lua): runs schedules, and those again that their events
-- tell.
return [[
local moves = require "explore.schedule.moves"
local STRATEGIES = { "random", "pos", "pct", "starve" }

-- The n-th of many plans, of all strategies in turn.
local function plan_of(n, kills)
  return { strategy = STRATEGIES[n % 4 + 1], seed = n, changes = n // 4 % 5, length = 60, low = 10 + n % 20,
    clock = n % 3 > 0 and 10 or nil, kills = kills and n % 4 or nil, everywhere = n % 5 == 0 }
end

-- All of an event but its flags, which also say what other schedules have found, as a line.
local function line(event)
  return table.concat({ event.step, event.task, event.how, event.op or "", event.kind or "", tostring(event.object),
    tostring(event.key), ("%.9f"):format(event.time), event.file or "", tostring(event.line),
    table.concat(event.could or {}, ","), tostring(event.answer), tostring(event.woken), tostring(event.killed) }, " ")
end

local function lines(runs)
  local list = {}
  for i, event in ipairs(runs:events(1)) do list[i] = line(event) end
  return list
end

local function record(runs, plan)
  local account = run(runs, plan)
  return { ending = account.ending, message = account.message, output = runs:output(1), events = lines(runs),
    choices = account.choices, deviations = account.deviations, first = account.first_deviation,
    moves = moves.text(moves.of_events(runs:events(1))) }
end

-- Where two schedules differ; nil: nowhere.
local function difference(one, two)
  for _, what in ipairs{ "ending", "message", "output" } do
    if one[what] ~= two[what] then return ("%s: %s | %s"):format(what, one[what], two[what]) end
  end
  for i = 1, math.max(#one.events, #two.events) do
    if one.events[i] ~= two.events[i] then return ("%s | %s"):format(one.events[i], two.events[i]) end
  end
end
]]
