--- Counterexample: a schedule that the explorer has run, as a trace: times are its steps.
--
-- Step i of the story (explore/story/story) is at time i and lasts one.  An operation that takes one step is a span
-- from i to i + 1; one in which the task waits goes on to the step in which it ends, and sleeps between.
local explain = require "explore.explain.explain"
local first_line = require "explore.explain.first_line"
local message = require "explore.explain.message"
local model = require "timeline.model"
local words = require "explore.explain.words"

local counterexample = {}

local function short(path)
  return path:match "([^/]+)$" or path
end

-- ---- what is numbered ----

local function index_in(list, known, key, make)
  local index = known[key]
  if not index then
    index = #list + 1
    list[index], known[key] = make(), index
  end
  return index
end

local function object_of(self, step)
  if not step.subject then return 0 end
  local story = self.story
  return index_in(self.trace.objects, self.objects, step.subject, function()
    local object = type(step.subject) ~= "string" and story.objects[step.subject] or {}
    local number = #self.trace.objects + 1
    return { kind = object.kind or "file", name = object.name or "", number = object.number or number,
      title = story.names:object(step.subject) }
  end)
end

local function file_of(self, step)
  if not step.line then return 0 end
  local path = step.file or self.script
  return index_in(self.trace.files, self.files, path, function() return short(path) end)
end

local function operation_of(self, step)
  local word = step.op or step.how
  return index_in(self.trace.operations, self.operations, word, function() return word end)
end

-- ---- tasks ----

local function add_tasks(self)
  local story, list = self.story, self.trace.tasks
  for i, task in ipairs(story.tasks) do
    self.tasks[task.path] = i
    list[i] = { name = story.names:task(task.path), path = task.path, began = -1, lost = 0 }
  end
  for i, task in ipairs(story.tasks) do
    list[i].parent = task.parent and task.parent ~= task.path and self.tasks[task.parent] or nil
  end
end

-- When the tasks began, and how they ended.
local function follow_tasks(self)
  local story, list = self.story, self.trace.tasks
  for i, step in ipairs(story.steps) do
    local task = list[self.tasks[step.task]]
    if task.began < 0 then task.began = i end
    if step.how == "dies" then
      task.ended, task.how = i + 1, "killed"
    elseif step.op == "end" and not step.waits then
      task.ended, task.how = i + 1, "ended"
    end
  end
  local fails = story.run.ender and story.run.ending ~= "deadlock" and list[self.tasks[story.run.ender]]
  if fails and fails.how ~= "killed" then fails.ended, fails.how = self.trace.length, "failed" end
  for _, task in ipairs(list) do
    if task.began < 0 then task.began = self.trace.length end
  end
end

-- ---- spans ----

-- The last step before `at`, behind `from`, in which another task did something to what the task waited for.
local function waker_of(story, from, at, task, subject)
  for i = at - 1, from + 1, -1 do
    local step = story.steps[i]
    if step.task ~= task then
      for _, path in ipairs(step.wakes or {}) do
        if path == task then return i end
      end
      if subject and step.subject == subject and step.access ~= "reads" and not step.waits then return i end
    end
  end
end

local REFUSED = { ["nil"] = true, ["false"] = true }

local function result_of(step)
  if step.waits then return 3 end
  if step.failing then return 2 end
  return step.how == "late" and REFUSED[(step.result or "nil"):match "^%a+" or ""] and 1 or 0
end

-- What is put, or what came out, as text; the number of the message that it is, where both are known.
local function message_of(self, step, object)
  if object == 0 or step.waits then return 0 end
  local values = self.messages[object] or {}
  self.messages[object] = values
  local put = (step.op == "put" or step.op == "send") and (step.call or ""):match "^%a+ (.*)$"
  local got = (step.op == "get" or step.op == "recv") and step.result
  local value = put or got
  if not value or value == "" then return 0 end
  values[value] = values[value] or {}
  if put then
    self.count = self.count + 1
    table.insert(values[value], self.count)
    return self.count
  end
  return table.remove(values[value], 1) or 0
end

-- The span of the operation whose last step is at `last`.
local function add_span(self, last)
  local story = self.story
  local step = story.steps[last]
  local opening = step.opening or step
  local first = opening.index
  local object = object_of(self, opening.subject and opening or step)
  local span = { task = self.tasks[step.task], operation = operation_of(self, opening), object = object, began = first,
    ended = not step.waits and last + 1 or nil, file = file_of(self, opening), line = opening.line or 0,
    result = result_of(step), message = message_of(self, step, object) }
  if last > first or step.waits then
    local over = step.waits and self.trace.length or last
    span.slept, span.waited = first + 1, math.max(over - first - 1, 0)
    local waker = not step.waits and waker_of(story, first, last, step.task, opening.subject or step.subject)
    if waker then span.waker, span.called = self.tasks[story.steps[waker].task], waker end
  end
  self.spans[#self.spans + 1] = span
end

local function add_spans(self)
  for i, step in ipairs(self.story.steps) do
    local goes_on = step.following and step.following.opening ~= step.following and step.following.opening
      == (step.opening or step)
    local is_call = step.how ~= "starts" and step.how ~= "dies" and step.op ~= "end"
    if is_call and not goes_on then add_span(self, i) end
  end
  table.sort(self.spans, function(a, b) return a.began < b.began end)
  for _, span in ipairs(self.spans) do model.add(self.trace, span) end
end

-- ---- the story ----

-- What a step says; of a start only whom it starts.
local function text_of(story, step)
  local object = step.op == "start" and type(step.subject) == "number" and story.objects[step.subject]
  if object and (object.name or "") ~= "" then return "starts " .. object.name end
  return (story.words or words.of)(step, story.names)
end

local function add_steps(self)
  local story = self.story
  local steps = {}
  for i, step in ipairs(story.steps) do
    steps[i] = { task = self.tasks[step.task], text = text_of(story, step), object = object_of(self, step),
      waits = step.waits or nil, file = file_of(self, step), line = step.line or 0, failing = step.failing or nil,
      killed = step.killed or nil, matters = step.mark or nil }
  end
  self.trace.steps = steps
end

local function add_marks(self)
  local run, trace = self.story.run, self.trace
  local text = table.concat(message.lines(run, 3), " ")
  if text == "" then return end
  trace.marks[1] = { task = run.ender and self.tasks[run.ender] or 0, time = trace.length, text = text }
end

local function fill(self)
  local story = self.story
  add_tasks(self)
  follow_tasks(self)
  add_spans(self)
  add_steps(self)
  add_marks(self)
  if story.run.ending == "passed" then
    self.trace.sentence = "no failure under this schedule"
  else
    self.trace.sentence = first_line.of(story, self.pattern, {}) -- when it was found says nothing here
  end
end

--- The trace of what was found (session:whole) in the script; `run` runs a plan, or nil; `words_of`, as
--- explore/explain/words has it, for the text of a step.
function counterexample.of(found, script, run, words_of)
  local story, pattern = explain.understand(found, script, run)
  story.words = words_of
  local self = { story = story, pattern = pattern, script = script, objects = {}, files = {}, operations = {},
    tasks = {}, spans = {}, messages = {}, count = 0 }
  self.trace = model.new{ title = short(script), logical = true, length = #story.steps + 1,
    explanation = pattern and pattern.text or nil, remedy = pattern and pattern.remedy or nil }
  fill(self)
  return self.trace
end

return counterexample
