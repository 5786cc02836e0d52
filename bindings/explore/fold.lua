--- What of a story is shown: its steps that other tasks can tell of, and for the others how many there were.
local story_of = require "explore.story"

local fold = {}

-- How many lines a table has where more than the pattern and the stops is shown.
local MOST_ROWS = 60
-- How many of the steps around one that matters are shown where the table would be longer.
local AROUND = 2

-- "house", "private" or "shown"
local function class(step)
  if story_of.is_house(step) then return "house" end
  if step.shared or step.how == "dies" or step.mark or step.kind == "process" then return "shown" end
  if step.op == "sleep" and step.waits then return "shown" end
  return "private"
end

local function add_fold(rows, step, words)
  local last = rows[#rows]
  if last and last.kind == "fold" and last.task == step.task and last.words == words then
    last.count = last.count + 1
  else
    rows[#rows + 1] = { kind = "fold", task = step.task, count = 1, words = words }
  end
end

-- main starts ann, bob: one line for all.
local function add_start(rows, step, before)
  local last = rows[#rows]
  if last and last.kind == "starts" and last.task == step.task then
    last.count = last.count + 1
  else
    rows[#rows + 1] = { kind = "starts", task = step.task, count = 1, first = step, before = before }
  end
end

local function add_house(rows, step, deadlock, started)
  if step.op == "start" then
    add_start(rows, step, started[step.task] or 0)
    started[step.task] = (started[step.task] or 0) + 1
  elseif step.op == "end" and (step.failing or not step.following) or deadlock and step.for_ever then
    rows[#rows + 1] = { kind = "step", step = step, task = step.task, dim = not step.failing }
  end
end

local function same(a, b)
  return a and a.kind == "step" and a.step.line == b.line and a.step.op == b.op and a.step.subject == b.subject
    and a.step.key == b.key and a.step.result == b.result and a.step.call == b.call and a.step.task == b.task
    and a.step.waits == b.waits and not a.step.mark and not b.mark and not b.clock and not b.failing
    and not a.step.stopped and a.step.how == b.how
end

-- Every row of the story.
local function rows_of(story)
  local rows, started, deadlock = {}, {}, story.run.ending == "deadlock"
  for _, step in ipairs(story.steps) do
    -- a look in vain: it stays where it was
    local what = step.waits and step.opening ~= step and "nothing" or class(step)
    if step.clock then rows[#rows + 1] = { kind = "clock", step = step } end
    if what == "house" then add_house(rows, step, deadlock, started)
    elseif what == "private" then
      add_fold(rows, step, step.object and (step.shared and "other" or "own") or "other")
    elseif what == "shown" and same(rows[#rows], step) then
      rows[#rows].times = (rows[#rows].times or 1) + 1
    elseif what == "shown" then
      rows[#rows + 1] = { kind = "step", step = step, task = step.task }
    end
    if step.stopped then rows[#rows + 1] = { kind = "stop", task = step.task, step = step } end
  end
  return rows
end

local function matters(row)
  return row.kind == "stop" or row.kind == "clock" or row.kind == "step"
    and (row.step.mark or row.step.failing or row.step.for_ever or row.step.how == "dies")
end

-- Keeps what matters and some rows around it.
local function shorten(rows)
  local keep = {}
  for i, row in ipairs(rows) do
    if matters(row) then
      for k = i - AROUND, i + AROUND do keep[k] = true end
    end
  end
  local short = {}
  for i, row in ipairs(rows) do
    if keep[i] or row.kind == "starts" then
      short[#short + 1] = row
    elseif row.kind ~= "stop" then
      local last = short[#short]
      local count = row.count or row.times or 1
      if last and last.kind == "fold" and last.task == row.task and not keep[i - 1] then
        last.count, last.words = last.count + count, last.words == row.words and row.words or "other"
      else
        short[#short + 1] = { kind = "fold", task = row.task, count = count, words = row.words or "other" }
      end
    end
  end
  return short
end

-- Folds of tasks that are in no other row say nothing.
local function active(rows)
  local found = {}
  for _, row in ipairs(rows) do
    if row.kind == "stop" or row.kind == "step" and not row.dim then found[row.task] = true end
  end
  return found
end

--- The rows of the table: { kind = "step", step=, task=, times= }, { kind = "fold", task=, count=, words = "own" or
--- "other" }, { kind = "stop", task= }, { kind = "starts", task=, count=, before = how many it had started before },
--- { kind = "clock", step= }; and the set of the tasks that have a column.
function fold.of(story)
  local rows = rows_of(story)
  local tasks, shown = active(rows), {}
  for _, row in ipairs(rows) do
    if row.kind == "starts" or row.kind == "clock" or tasks[row.task] then shown[#shown + 1] = row end
  end
  if #shown > MOST_ROWS then shown = shorten(shown) end
  return shown, tasks
end

return fold
