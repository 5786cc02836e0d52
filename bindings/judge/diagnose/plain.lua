--- Diagnoser of variables of Lua by which tasks are to tell one another something: each has a copy of its own.
local plain_file = require "judge.plain_file"
local scan = require "judge.plain_variables"
local source_text = require "judge.source_text"

local plain = {}

-- The tasks, as a set, that have taken a step in one of the functions.
local function tasks_in(story, places)
  local found = {}
  for _, step in ipairs(story.steps) do
    for _, place in ipairs(places) do
      if step.line and step.line >= place.first and step.line <= place.last then found[step.task] = true end
    end
  end
  return found
end

-- One that sets it, and another one that goes by it: what main sets its children see, as they begin.
local function pair_of(story, sets, asks)
  local setters, askers = tasks_in(story, sets), tasks_in(story, asks)
  for _, a in ipairs(story.tasks) do
    for _, b in ipairs(story.tasks) do
      if a.path ~= "0" and a.path ~= b.path and setters[a.path] and askers[b.path] then return a.path, b.path end
    end
  end
end

local function variables_of(case)
  local path = case.story.script and case.story.script.path
  local text = not case.plain and path and plain_file(path)
  case.plain = case.plain or text and scan(source_text(text)) or {}
  return case.plain
end

-- `which`: "asks" or "waits".
local function find(case, which)
  for _, variable in ipairs(variables_of(case)) do
    local sets, asks = variable.sets, variable[which]
    local a, b = pair_of(case.story, sets, asks)
    if a then
      return {
        text = ("`%s` (line %d) is a variable of Lua: each task has its own, so what %s sets in line %d %s does not "
          .. "see (line %d)."):format(variable.name, variable.line, case.names:task(a), sets[1].line,
          case.names:task(b), asks[1].line),
        notes = {},
      }
    end
  end
end

--- A task sets a plain variable, and another one goes by it.
function plain.variable(case) return find(case, "asks") end

--- The other one waits for it, in a loop.
function plain.waited_for(case) return find(case, "waits") end

return plain
