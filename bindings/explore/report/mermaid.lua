--- A failing schedule as a sequence diagram of Mermaid: tasks and the objects that they have in common are the
--- participants, and an arrow is what a task does to an object.
local diagram = require "formats.sequence_diagram"
local message = require "explore.explain.message"
local explain = require "explore.explain.explain"
local first_line = require "explore.explain.first_line"
local story_of = require "explore.story.story"

local mermaid = {}

local MOST_EVENTS = 200

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
local function add_participants(drawn, story, steps)
  local used = {}
  for _, step in ipairs(steps) do used[step.task] = true end
  for _, task in ipairs(story.tasks) do
    if used[task.path] then drawn:add("actor", "task " .. task.path, story.names:task(task.path)) end
  end
  for _, step in ipairs(steps) do
    if step.subject and step.shared then drawn:add("participant", step.subject, story.names:object(step.subject)) end
  end
end

local function add_step(drawn, story, step)
  local task = "task " .. step.task
  local text = (step.line and ("%d: "):format(step.line) or "") .. words(step)
  if step.how == "dies" then
    drawn:note(task, "is killed")
  elseif drawn:has(step.subject) then
    drawn:message(task, step.subject, text, step.access == "reads")
  elseif step.op ~= "end" then
    drawn:note(task, text)
  end
  if step.stopped then drawn:note(task, ("here %s is stopped"):format(story.names:task(step.task))) end
  if step.failing then drawn:note(task, "fails: " .. (message.lines(story.run, 1)[1] or story.run.ending)) end
end

--- The diagram of what was found, with its first line as title; `run` runs a plan, or nil.
function mermaid.text(found, script, run)
  local story, pattern = explain.understand(found, script, run)
  local steps, left_out = chosen(story)
  local drawn = diagram.new(first_line.of(story, pattern, found))
  add_participants(drawn, story, steps)
  if left_out > 0 then drawn:note(nil, ("%d events before"):format(left_out)) end
  for _, step in ipairs(steps) do add_step(drawn, story, step) end
  return drawn:text()
end

return mermaid
