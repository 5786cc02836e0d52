--- What the prompt shows of a schedule that stands still.
local draw = require "explore.explain.table"
local words = require "explore.explain.words"
local wrap = require "terminal.wrap"

local view = {}

local BEFORE, AFTER = 8, 3 -- rows around the place

-- Where in the story's steps the place is.
local function index_of(self)
  for i, step in ipairs(self.story.steps) do
    if step.step >= self.place.step then return i end
  end
  return #self.story.steps + 1
end

-- The step as it is before it is taken: nothing has come of it.
local function pending(step)
  local copy = {}
  for key, value in pairs(step) do copy[key] = value end
  copy.result, copy.state, copy.stopped, copy.failing = nil, nil, nil, nil
  copy.opening, copy.waits = copy, false
  if step.op == "notify" or step.op == "notify_all" then copy.op = nil end -- who hears it is not known yet
  return copy
end

-- In a call that has waited.
local ON = {
  ["goes on"] = "is called, in ", late = "has waited long enough, in ",
  last = "looks a last time, as nobody can go on, in ",
}

local function about(self, step)
  self.story.names.brief = false
  local text = words.of(pending(step), self.story.names)
  if ON[step.how] then return ON[step.how] .. text end
  if step.how == "starts" then return "is about to start" end
  if step.how == "dies" then return "is about to die" end
  if step.op == "end" then return "is about to end" end
  return "is about to " .. text
end

--- One line or two: where it stands.
function view.here(self)
  local step = self.story.steps[index_of(self)]
  local task = self.story.names:task(self.place.task)
  local head = ("before step %d of %d: %s"):format(self.place.step, self.whole.run.steps, task)
  if self.place.astray or not step then return head end
  local lines = { ("%s %s"):format(head, about(self, step)) }
  local text = self.story.script:line(step.file, step.line)
  if text then
    local place = ("%s:%d"):format(self.story.script:short(step.file), step.line)
    lines[2] = wrap.cut(("  %s  %s"):format(place, self.paint:as("dim", text)), self.width)
  end
  return table.concat(lines, "\n")
end

local function row_of(step, dim)
  return { kind = "step", step = step, task = step.task, last = step, dim = dim }
end

--- The steps around the place, as the explanation's table: an arrow at it, what is to come behind it.
function view.where(self)
  local here = self.place.at and index_of(self) or #self.story.steps + 1
  local rows, tasks = {}, {}
  for i = math.max(here - BEFORE, 1), math.min(here + AFTER, #self.story.steps) do
    local step = self.story.steps[i]
    if i == here then
      step = pending(step)
      step.mark = "->"
    end
    rows[#rows + 1] = row_of(step, i > here)
    tasks[step.task] = true
  end
  return table.concat(draw.lines(self.story, self.paint, self.width, rows, tasks), "\n")
end

local function next_step_of(self, path)
  for i = index_of(self), #self.story.steps do
    if self.story.steps[i].task == path then return self.story.steps[i] end
  end
end

local KNOWN = { starting = true, stopped = true }

-- What a task does that takes no step any more.
local function ends_of(self, path, state)
  for _, step in ipairs(self.story.steps) do
    if step.task == path and step.op == "end" and step.step < self.place.step then
      return "waits for its tasks to end"
    end
  end
  return KNOWN[state] and state or "runs"
end

-- What a task that could go on is about to do, as the recorded steps know; else its state.
local function next_of(self, task, state)
  if self.place.astray then return KNOWN[state] and state or "can go on" end
  local step = next_step_of(self, task.path)
  if not step then return ends_of(self, task.path, state) end
  local line = step.line and step.line > 0 and ("  (line %d)"):format(step.line) or ""
  return about(self, step) .. line
end

--- The answer to "tasks" (explore/host/stopped.lua) for people.
function view.tasks(self, answer)
  local lines, longest = {}, 4
  for _, task in ipairs(self.whole.tasks) do
    longest = math.max(longest, wrap.length(self.story.names:task(task.path)))
  end
  for line in answer:gmatch "[^\n]+" do
    local fields = {}
    for field in (line .. "\t"):gmatch "([^\t]*)\t" do fields[#fields + 1] = field end
    local index, state, waits, where = table.unpack(fields, 1, 4)
    local task = self.whole.tasks[math.tointeger(tonumber(index))]
    if task then
      local name = wrap.pad(self.story.names:task(task.path), longest)
      local what
      if state == "waiting" then what = ("waits: %s%s"):format(waits, where ~= "" and "  (" .. where .. ")" or "")
      elseif state == "sleeping" then what = "sleeps" .. (where ~= "" and "  (" .. where .. ")" or "")
      else what = next_of(self, task, state) end
      lines[#lines + 1] = ("%s%s  %s"):format(task.path == self.place.task and "-> " or "   ", name, what)
      for i = 5, #fields do lines[#lines + 1] = (" "):rep(longest + 5) .. "holds " .. fields[i] end
    end
  end
  return table.concat(lines, "\n")
end

--- How a schedule has ended, in a line.
function view.ending(run)
  local message = (run.message or ""):match "^[^\n]*"
  return message ~= "" and ("%s: %s"):format(run.ending, message) or run.ending
end

return view
