-- Many schedules of a model of fake_host.lua, and which of them differ but in the order of steps that are independent.
local dependence = require "explore.search.dependence"
local fake = dofile "spec/support/explore/fake_host.lua"
local moves = require "explore.schedule.moves"

local brute = {}

--- A text that is equal for two schedules which differ only in the order of independent steps. Joins are left out: one
-- that waits goes on in a step of its own.
function brute.signature(events, objects)
  local steps, names, seen, parts = dependence.steps(events, objects), {}, {}, {}
  for i, event in ipairs(events) do
    if not steps[i].joins and (moves.STEPS[event.how] or event.how == "answer") then
      seen[event.task] = (seen[event.task] or 0) + 1
      names[i] = event.task .. "." .. seen[event.task]
      parts[#parts + 1] = names[i] .. event.how .. (event.name or "") .. (event.answer or "")
      for k = 1, i - 1 do
        if names[k] and events[k].task ~= event.task and dependence.of(steps[k], steps[i]) then
          parts[#parts + 1] = names[k] .. "<" .. names[i]
        end
      end
    end
  end
  table.sort(parts)
  return table.concat(parts, " ")
end

--- The signatures of `n` random schedules of the model, as a set.
function brute.sample(model, n)
  local set = {}
  for seed = 1, n do
    local _, events, _, objects = fake.run(model, { strategy = "random", seed = seed })
    set[brute.signature(events, objects)] = true
  end
  return set
end

return brute
