--- What of a story is shown: its steps that other tasks can tell of, and for the others how many there were.
local interest = require "explore.explain.interest"

local fold = {}

-- How many lines a table has where more than the pattern and the stops is shown; the more columns, the fewer, since
-- their texts break; and how many where nothing is folded.
local MOST_ROWS, LESS_EACH, FEW_ROWS = 50, 5, 8
-- How many of the steps around one that matters are shown where the table would be longer.
local AROUND = 2
-- How many of the places where a task is stopped are shown then.
local MOST_STOPS = 6
-- Fewer folded steps are not told of.
local LEAST_FOLDED = 4

local function has(list, value)
  for _, each in ipairs(list) do
    if each == value then return true end
  end
  return false
end

-- Folded steps that follow each other are one row, of all tasks that take them.
local function add_fold(rows, fold_row)
  local last = rows[#rows]
  if not last or last.kind ~= "fold" then
    rows[#rows + 1] = fold_row
    return
  end
  last.count = last.count + fold_row.count
  last.own = last.own and fold_row.own
  for _, task in ipairs(fold_row.tasks) do
    if not has(last.tasks, task) then last.tasks[#last.tasks + 1] = task end
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
    rows[#rows + 1] = { kind = "step", step = step, task = step.task, last = step, dim = not step.failing }
  end
end

local ADDS = { add = true, update = true, count_down = true, sleep = true }

-- Whether the step says the same as the row before it; of what counts but for the result.
local function same(row, step)
  local before = row and row.kind == "step" and row.step
  if not before or before.mark or step.mark or step.failing or step.clock or row.last.stopped then return false end
  for _, field in ipairs{ "task", "line", "op", "subject", "key", "call", "waits", "how" } do
    if before[field] ~= step[field] then return false end
  end
  return before.result == step.result or ADDS[step.op] or false
end

-- Every row of the story.
local function rows_of(story, class, degree)
  local rows, started, deadlock = {}, {}, story.run.ending == "deadlock"
  for _, step in ipairs(story.steps) do
    local what = class(step, degree)
    if step.clock then rows[#rows + 1] = { kind = "clock", step = step } end
    if what == "house" then
      add_house(rows, step, deadlock, started)
    elseif what == "folded" then
      add_fold(rows, { kind = "fold", tasks = { step.task }, count = 1, own = step.subject and not step.shared })
    elseif what == "shown" and same(rows[#rows], step) then
      rows[#rows].times, rows[#rows].last = (rows[#rows].times or 1) + 1, step
    elseif what == "shown" then
      rows[#rows + 1] = { kind = "step", step = step, task = step.task, last = step }
    end
    if step.stopped then rows[#rows + 1] = { kind = "stop", task = step.task, step = step } end
  end
  return rows
end

local function matters(row)
  return row.kind == "clock" or row.kind == "step"
    and (row.step.mark or row.step.failing or row.step.for_ever or row.step.how == "dies")
end

-- Of the places where a task is stopped the last ones matter.
local function last_stops(rows)
  local found, count = {}, 0
  for i = #rows, 1, -1 do
    if rows[i].kind == "stop" and count < MOST_STOPS then found[i], count = true, count + 1 end
  end
  return found
end

-- Keeps what matters and some rows around it.
local function shorten(rows)
  local keep, stops = {}, last_stops(rows)
  for i, row in ipairs(rows) do
    if matters(row) or stops[i] then
      for k = i - AROUND, i + AROUND do keep[k] = true end
    end
  end
  local short = {}
  for i, row in ipairs(rows) do
    if keep[i] or row.kind == "starts" then
      short[#short + 1] = row
    elseif row.kind ~= "stop" then
      add_fold(short, { kind = "fold", tasks = row.tasks or { row.task }, count = row.count or row.times or 1,
        own = row.own })
    end
  end
  return short
end

-- Few steps that are folded, and folds of tasks that are in no other row, say nothing.
local function says(row, tasks)
  if row.kind ~= "fold" then return row.kind == "starts" or row.kind == "clock" or tasks[row.task] end
  local list = {}
  for _, task in ipairs(row.tasks) do
    if tasks[task] then list[#list + 1] = task end
  end
  row.tasks = list
  row.task = #list == 1 and list[1] or nil
  return #list > 0 and (row.own or row.count >= LEAST_FOLDED)
end

local function active(rows)
  local found = {}
  for _, row in ipairs(rows) do
    if row.kind == "stop" or row.kind == "step" and not row.dim then found[row.task] = true end
  end
  return found
end

local function most_rows(tasks)
  local most = MOST_ROWS
  for _ in pairs(tasks) do most = most - LESS_EACH end
  return math.max(most, MOST_ROWS // 2)
end

local function shown(rows)
  local tasks, list = active(rows), {}
  for _, row in ipairs(rows) do
    if says(row, tasks) then list[#list + 1] = row end
  end
  return list, tasks
end

--- The rows of the table: { kind = "step", step=, task=, times=, last = step }, { kind = "fold", tasks = list, task =
--- where it is one, count=, own = whether all were on objects of one task alone }, { kind = "stop", task= },
--- { kind = "starts", task=, count=, before = how many it had started before }, { kind = "clock", step= }; and the set
--- of the tasks that have a column. `most` (optional): so many rows, if they can be folded.
function fold.of(story, most)
  local class = interest.of(story)
  local rows, tasks
  for degree = 0, 3 do
    rows, tasks = shown(rows_of(story, class, degree))
    if #rows <= (most or degree == 0 and FEW_ROWS or most_rows(tasks)) then return rows, tasks end
  end
  return shorten(rows), tasks
end

return fold
