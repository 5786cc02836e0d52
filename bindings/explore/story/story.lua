--- A schedule's events as a story: the steps of its tasks, each with what it says, what came of it, and how the next
--- task came on.
local moves = require "explore.schedule.moves"
local owners = require "explore.story.owners"
local names = require "explore.story.names"
local printable = require "explore.story.printable"
local state = require "explore.story.state"

local story = {}

local CONTINUES = { ["goes on"] = true, late = true, last = true }

-- Operations that can wait: a task that did one and never moved again stands in it, if nothing says that it is over.
local WAITS = {}
for word in ([[sleep wait acquire read write put get join send recv poll result update room apply map starmap
  imap imap_unordered take accept communicate]]):gmatch "%S+" do WAITS[word] = true end

local function has(list, value)
  for _, each in ipairs(list or {}) do
    if each == value then return true end
  end
  return false
end

-- Which object an event is about, the same for all events that are about the same: files by their path, since what
-- has the path may be another file after a rename.
local function subject_of(event, objects)
  local object = event.object and objects[event.object]
  if not object then return nil end
  if object.kind and object.kind ~= "file" then return event.object end
  return "file " .. (object.title or object.name or event.object)
end

local function copy(event)
  local step = {}
  for key, value in pairs(event) do step[key] = value end
  return step
end

-- `"soup"` and `3` as they stand behind a table: .soup, [3].
local function as_part(key)
  local word = key:match '^"([%a_][%w_]*)"$'
  return word and "." .. word or ("[%s]"):format(key)
end

-- Which part of a table or an array a step is about, as text; nil: the whole, or it is not told.
local function part_of(step)
  if step.kind ~= "table" and step.kind ~= "array" then return nil end
  local call = step.call or ""
  local part = call:match "^[gs]et (%.[%w_]+)" or call:match "^[gs]et (%b[])"
  local key = call:match '^%a+ ("[^"]*")' or call:match "^%a+ ([%d.-]+)"
  if part or key then return part or as_part(key) end
  return step.key and step.kind == "array" and ("[%d]"):format(step.key) or nil
end

-- The text of a result is what was returned, a tab, the object's state.
local function take_told(step, told)
  step.call = told.call ~= "" and told.call or nil
  if told.result then
    step.result = told.result:match "^[^\t]*"
    step.state = state.short(step.kind, told.result:match "\t(.*)$")
  end
end

-- The events that are steps, in order; before each what was chosen (the clock moved, a waiter was called).
local function collect(found)
  local steps, before = {}, {}
  for _, event in ipairs(found.events) do
    if event.how == "answer" then
      if #steps > 0 then steps[#steps].answer, steps[#steps].answers = event.answer, event.of end
    elseif event.how == "wakes" then
      if #steps > 0 then
        steps[#steps].wakes = steps[#steps].wakes or {}
        table.insert(steps[#steps].wakes, event.woken or event.task)
      end
    elseif not moves.STEPS[event.how] then
      before[#before + 1] = event
    else
      local step, told = copy(event), found.told and found.told[event.step]
      step.index, step.subject = #steps + 1, subject_of(event, found.objects)
      if told then take_told(step, told) end
      step.part = part_of(step)
      if before[1] then step.clock, before = before[1], {} end
      steps[#steps + 1] = step
    end
  end
  return steps, before[1]
end

-- Whether a task's last step is one in which it still is.
local function still_in_it(step, run)
  if not WAITS[step.op] or step.how == "dies" or step.how == "starts" or step.result then return false end
  return run.ending == "deadlock" or (step.task ~= run.ender and step.told_any)
end

-- Puts the steps of one operation together: `waits` where it is not over after the step, `opening` is the first one.
local function join_operations(steps, run, told)
  local next_of, opening = {}, {}
  for i = #steps, 1, -1 do
    local step = steps[i]
    local following = next_of[step.task]
    step.following = following
    step.told_any = told
    if following then
      step.waits = CONTINUES[following.how] or false
      step.for_ever = step.waits and following.for_ever or false
      following.previous = step
    else
      step.waits = still_in_it(step, run)
      step.for_ever = step.waits and run.ending == "deadlock"
    end
    next_of[step.task] = step
  end
  for _, step in ipairs(steps) do
    if CONTINUES[step.how] and opening[step.task] then
      step.opening = opening[step.task]
      step.call = step.call or step.opening.call
    else
      opening[step.task] = step
      step.opening = step
    end
  end
end

local HOUSE = { process = true, thread = true }

--- Whether the step only starts or ends a task, or waits for that.
function story.is_house(step)
  return step.how == "starts" or step.op == "end" or (HOUSE[step.kind] and step.access ~= "ends"
    and (step.op == "start" or step.op == "join" or step.op == "result")) or false
end

-- Whether the task of the step could have gone on and done something, when another's step came after it.
local function could_go_on(step, after)
  local following = step.following
  if after.killed or step.how == "starts" or following and (following.tied or story.is_house(following)) then
    return false
  end
  -- what it would have done next is not known, and it has only started others
  if not following and story.is_house(step) then return false end
  if after.could then return has(after.could, step.task) end
  return following ~= nil and following.how == "begins"
end

-- Where a task is stopped though it could have gone on.
local function mark_stops(steps)
  for i = 1, #steps - 1 do
    local step, after = steps[i], steps[i + 1]
    if after.task ~= step.task and not step.waits and step.op ~= "end" and step.how ~= "dies" then
      step.stopped = could_go_on(step, after)
    end
  end
end

-- Who has touched what; the main task's making of a process is no touch of it that matters.
local function mark_shared(self)
  self.touchers = {}
  for _, step in ipairs(self.steps) do
    if step.subject then
      local touchers = self.touchers[step.subject] or {}
      self.touchers[step.subject] = touchers
      touchers[step.task] = true
    end
  end
  for _, step in ipairs(self.steps) do
    local touchers = step.subject and self.touchers[step.subject]
    local first = touchers and next(touchers)
    step.shared = first ~= nil and next(touchers, first) ~= nil
  end
end

--- Whether two steps may not change places: both do something to the same part of an object, and one writes.
function story.conflict(a, b)
  if not a.subject or a.subject ~= b.subject then return false end
  if a.access == "reads" and b.access == "reads" then return false end
  return a.key == nil or b.key == nil or a.key == b.key
end

--- Of what a schedule was found to be: { run=, events=, objects=, tasks=, told= }.
function story.of(found, script)
  local self = { run = found.run, objects = printable.rows(found.objects, "name", "title"),
    tasks = printable.rows(found.tasks, "name"), found = found, script = script }
  local ending_clock
  self.steps, ending_clock = collect(found)
  join_operations(self.steps, found.run, found.told and next(found.told) ~= nil or false)
  mark_stops(self.steps)
  mark_shared(self)
  self.names = names.of(self)
  owners.follow(self)
  printable.steps(self.steps)
  self.stops, self.kills, self.clocks = 0, 0, ending_clock and 1 or 0
  for _, step in ipairs(self.steps) do
    if step.stopped then self.stops = self.stops + 1 end
    if step.killed then self.kills = self.kills + 1 end
    if step.clock then self.clocks = self.clocks + 1 end
  end
  return self
end

return story
