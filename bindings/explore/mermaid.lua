--- A failing schedule as a sequence diagram of Mermaid: tasks and the objects that they have in common are the
--- participants, and an arrow is what a task does to an object.
local message = require "explore.message"
local explain = require "explore.explain"
local first_line = require "explore.first_line"
local story_of = require "explore.story"

local mermaid = {}

local MOST_EVENTS = 200

-- What Mermaid takes for an end of the text.
local function clean(text)
  return (text:gsub("#", "#35;"):gsub(";", "#59;"):gsub("#35#59;", "#35;"):gsub("[%c]", " "):gsub("%%%%", "%% %%"))
end

local function shown(step)
  if story_of.is_house(step) or step.opening ~= step and step.waits then return false end
  return step.shared or step.how == "dies" or step.failing or step.op == "sleep"
end

local function words(step)
  if step.waits then return (step.call or step.op) .. ": waits" end
  local text = step.opening == step and (step.call or step.op or step.how) or "goes on: " .. (step.call or step.op)
  if step.result and step.result ~= "" and step.result ~= "true" then text = text .. " -> " .. step.result end
  return text
end

-- The steps that are shown: the last ones, if there are too many.
local function chosen(story)
  local list = {}
  for _, step in ipairs(story.steps) do
    if shown(step) then list[#list + 1] = step end
  end
  local left_out = math.max(#list - MOST_EVENTS, 0)
  return table.move(list, left_out + 1, #list, 1, {}), left_out
end

-- The participants in order: tasks as they were made, objects as they are met.
local function participants(story, steps)
  local lines, ids, used, count = {}, {}, {}, 0
  for _, step in ipairs(steps) do used[step.task] = true end
  local function add(kind, key, name)
    count = count + 1
    ids[key] = "p" .. count
    lines[#lines + 1] = ("  %s p%d as %s"):format(kind, count, clean(name))
  end
  for _, task in ipairs(story.tasks) do
    if used[task.path] then add("actor", "task " .. task.path, story.names:task(task.path)) end
  end
  for _, step in ipairs(steps) do
    if step.subject and step.shared and not ids[step.subject] then
      add("participant", step.subject, story.names:object(step.subject))
    end
  end
  return lines, ids
end

local function add_step(lines, story, step, ids)
  local task = ids["task " .. step.task]
  local place = step.line and ("%d: "):format(step.line) or ""
  local text = clean(place .. words(step))
  if step.how == "dies" then
    lines[#lines + 1] = ("  Note over %s: is killed"):format(task)
  elseif step.subject and ids[step.subject] then
    local arrow = step.access == "reads" and "-->>" or "->>"
    lines[#lines + 1] = ("  %s%s%s: %s"):format(task, arrow, ids[step.subject], text)
  elseif step.op ~= "end" then
    lines[#lines + 1] = ("  Note over %s: %s"):format(task, text)
  end
  if step.stopped then
    lines[#lines + 1] = ("  Note over %s: here %s is stopped"):format(task, clean(story.names:task(step.task)))
  end
  if step.failing then
    local told = message.lines(story.run, 1)[1] or story.run.ending
    lines[#lines + 1] = ("  Note over %s: fails: %s"):format(task, clean(told))
  end
end

--- The diagram of what was found, with its first line as title; `run` runs a plan, or nil.
function mermaid.text(found, script, run)
  local story, pattern = explain.understand(found, script, run)
  local steps, left_out = chosen(story)
  local lines = { "sequenceDiagram", "  title " .. clean(first_line.of(story, pattern, found)) }
  local who, ids = participants(story, steps)
  for _, line in ipairs(who) do lines[#lines + 1] = line end
  if left_out > 0 and who[1] then lines[#lines + 1] = ("  Note over p1: %d events before"):format(left_out) end
  for _, step in ipairs(steps) do add_step(lines, story, step, ids) end
  return table.concat(lines, "\n") .. "\n"
end

return mermaid
