--- Screen: a verdict as text, one screen of 80 columns: what happened to whom; the table; why; what next.
local diagnose = require "judge.diagnose.diagnose"
local draw = require "explore.explain.table"
local findings = require "judge.findings"
local first_line = require "explore.explain.first_line"
local flip = require "explore.explain.flip"
local fold = require "explore.explain.fold"
local locks = require "judge.diagnose.locks"
local paint = require "terminal.paint"
local plain = require "judge.diagnose.plain"
local patterns = require "explore.patterns.patterns"
local patterns_data = require "explore.patterns.data"
local printable = require "explore.story.printable"
local sentence = require "judge.sentence"
local slips = require "judge.diagnose.slips"
local source = require "explore.story.source"
local story_of = require "explore.story.story"
local words = require "judge.words"
local wrap = require "terminal.wrap"

local screen = {}

local WIDTH, MOST_ROWS, MOST_LINES = 80, 14, 17

local function add(lines, text, width)
  for _, line in ipairs(wrap.lines(text, width, "  ")) do lines[#lines + 1] = line end
end

local function join(lines)
  return table.concat(lines, "\n") .. "\n"
end

local function full_stop(text)
  return text:find "[.!?]$" and text or text .. "."
end

-- What happened on the left, and on the right, or below, how it was found.
local function head(lines, text, how, width, brush)
  local gap = width - wrap.length(text) - #how
  if gap >= 2 then
    lines[#lines + 1] = brush:as("red", text) .. (how ~= "" and (" "):rep(gap) .. brush:as("dim", how) or "")
    return
  end
  for _, line in ipairs(wrap.lines(text, width, "  ")) do lines[#lines + 1] = brush:as("red", line) end
  if how ~= "" then lines[#lines + 1] = (" "):rep(math.max(width - #how, 0)) .. brush:as("dim", how) end
end

local function counted(n, word)
  return ("%s %s%s"):format(first_line.number(n), word, n == 1 and "" or (word:find "ch$" and "es" or "s"))
end

local function how_found(whole)
  local cost = whole.cost
  local parts = { ("schedule %s"):format(first_line.number(whole.number)) }
  local shrunk = counted(cost.preemptions, "switch")
  parts[2] = "shrunk to " .. shrunk
  if cost.kills > 0 then parts[#parts + 1] = counted(cost.kills, "kill") end
  parts[#parts + 1] = counted(cost.steps, "step")
  return table.concat(parts, ", ")
end

-- ---- what is known of the schedule ----

local function add_said(story, told)
  for _, step in ipairs(story.steps) do
    local line = told[step.step]
    step.said = line and line.say or nil
  end
end

-- The story, its patterns, and the swap that would have saved it.
local function understand(given)
  local whole = given.whole
  local story = story_of.of(whole, source.new(given.path))
  story.words = words.of
  add_said(story, whole.told or {})
  printable.steps(story.steps)
  local list = {}
  for _, found in ipairs(patterns.of(story)) do
    if locks.is_of_file(found) then list[#list + 1] = found end
  end
  local swap, pattern
  if not findings.is_alone(whole.run) then swap, pattern = flip.find(story, list, given.run) end
  pattern = pattern or list[1] or swap and patterns_data.of_swap(story, story.names, swap)
  return { story = story, names = story.names, patterns = list, pattern = pattern, swap = swap }
end

local function mark(why)
  for step, note in pairs(why and why.notes or {}) do step.mark, step.note = true, note end
  for _, step in ipairs(why and why.marks or {}) do step.mark = true end
end

-- Of the last step, where it is a task's and no line of the lab's.
local function mark_failure(story, said)
  local run = story.run
  if run.ending == "deadlock" or not run.ender or run.ender == "0" then return end
  for i = #story.steps, 1, -1 do
    local step = story.steps[i]
    if step.task == run.ender and step.op ~= "end" then
      step.mark = true
      if not step.note then step.note = said and said.what == "reject" and "<- here" or "<- here it fails" end
      return
    end
  end
end

-- ---- the table ----

local LEAST_FOLDED = 4

-- What the main task does by the lab's own lines is no part of the story; nor are starts and ends, few steps that are
-- left out, and where the world keeps the tasks back at its own barrier.
local function is_told(row)
  if row.kind == "starts" then return false end
  if row.kind == "fold" then return row.task ~= "0" and row.count >= LEAST_FOLDED end
  if row.kind ~= "step" then return true end
  local step = row.step
  if step.op == "end" or words.is_look(step) then return false end
  if step.kind == "barrier" and not step.line and not step.mark then return false end
  return step.line ~= nil or step.how == "dies" or row.task ~= "0" or words.is_of_lab(step)
end

local function rows_of(story)
  local all = fold.of(story, MOST_ROWS)
  local rows, tasks = {}, {}
  for _, row in ipairs(all) do
    if is_told(row) then
      rows[#rows + 1] = row
      if row.kind == "step" then tasks[row.task] = true end
    end
  end
  local kept = {}
  for _, row in ipairs(rows) do
    local last = kept[#kept]
    -- who naps again and again: how late it is in the end
    if row.kind == "clock" and last and last.kind == "clock" then kept[#kept] = nil end
    if not row.task or tasks[row.task] then kept[#kept + 1] = row end
  end
  -- what comes behind the last step that is told
  while kept[1] and kept[#kept].kind == "fold" do table.remove(kept) end
  return kept, tasks
end

local function has_begun(story, task)
  for _, step in ipairs(story.steps) do
    if step.task == task and step.op ~= "end" and step.how ~= "starts" then return true end
  end
  return false
end

-- Of the tasks that the sentence names those that stand in no column, as they have not come so far.
local function absent(story, sentence_, tasks)
  local list = {}
  for _, task in ipairs(story.tasks) do
    local name = "%f[%w_]" .. story.names:task(task.path):gsub("%p", "%%%0") .. "%f[^%w_]"
    if not tasks[task.path] and sentence_:find(name) and not has_begun(story, task.path) then
      list[#list + 1] = task.path
    end
  end
  return list
end

local function table_of(story, brush, width, sentence_)
  local rows, tasks = rows_of(story)
  if #rows == 0 then return {} end
  local lines, list = draw.lines(story, brush, width, rows, tasks, MOST_LINES), absent(story, sentence_, tasks)
  if list[1] then
    add(lines, ("  %s %s not taken a step yet"):format(story.names:list(list), #list == 1 and "has" or "have"), width)
  end
  return lines
end

-- ---- what it printed ----

local MOST_PRINTED = 6

local function add_printed(lines, text, width)
  local all = {}
  for line in (text:gsub("\n*$", "\n")):gmatch "(.-)\n" do
    all[#all + 1] = "  | " .. wrap.cut(printable.text(line), width - 4)
  end
  if not text:find "%S" then return end
  lines[#lines + 1] = "printed:"
  table.move(all, 1, math.min(#all, MOST_PRINTED), #lines + 1, lines)
  if #all > MOST_PRINTED then lines[#lines + 1] = ("  ... %d lines more"):format(#all - MOST_PRINTED) end
end

-- ---- verdicts ----

-- The text for the width that is asked for, and self.at(width) for another one: the terminal's may change.
local function lay_out(self, options, write)
  function self.at(width)
    local lines = {}
    write(lines, width, paint.new(options.color))
    return join(lines)
  end
  self.text = self.at(options.width or WIDTH)
end

--- A verdict without a table: `what` for its state, in words.
function screen.tell_plain(self, what, options)
  lay_out(self, options or {}, function(lines, width)
    add(lines, ("%s: %s. %s"):format(self.name, what or self.state, full_stop(self.sentence)), width)
    if self.remark then add(lines, "remark: " .. self.remark, width) end
  end)
end

--- The verdict of a schedule that failed: state, property, sentence, why and text.
function screen.tell_failure(self, given)
  local run, options = given.whole.run, given.options
  local said = findings.said(run)
  local case = understand(given)
  self.state = said and said.what == "unread" and "unread" or "rejected"
  self.property, self.sentence = findings.property(run),
    printable.text(sentence.of(case.story, said))
  if self.state == "unread" then return screen.tell_plain(self, "does not load", options) end
  case.property = self.property
  local is_alone = findings.is_alone(run)
  local why = is_alone and (slips.find(case) or plain.waited_for(case))
  if not is_alone then
    why = diagnose.of(case)
    mark(why)
    mark_failure(case.story, said)
  end
  self.why = why and why.text or nil
  lay_out(self, options, function(lines, width, brush)
    local steps = is_alone and {} or table_of(case.story, brush, width, self.sentence)
    -- how the schedule was found says nothing where none of its steps is told
    head(lines, ("%s: rejected. %s"):format(self.name, full_stop(self.sentence)), steps[1] and how_found(given.whole)
      or "", width, brush)
    table.move(steps, 1, #steps, #lines + 1, lines)
    if why then add(lines, "why: " .. why.text, width) end
    if steps[1] then add_printed(lines, given.whole.output or "", width) end
  end)
end

--- What lab.sometimes asks for never came true; `whole` is a schedule that passed, or nil.
function screen.tell_too_strong(self, given, whole)
  local story = whole and story_of.of(whole, source.new(given.path))
  local why = story and locks.too_strong{ story = story, names = story.names }
  self.why = why and why.text
  lay_out(self, given.options, function(lines, width, brush)
    head(lines, ("%s: rejected. %s"):format(self.name, full_stop(self.sentence)), "", width, brush)
    if why then add(lines, "why: " .. why.text, width) end
  end)
end

return screen
