--- The explanation of a failing schedule, for somebody who has never seen the script.
local data = require "explore.patterns.data"
local first_line = require "explore.explain.first_line"
local draw = require "explore.explain.table"
local flip = require "explore.explain.flip"
local message = require "explore.explain.message"
local outcomes = require "explore.explain.outcomes"
local paint = require "terminal.paint"
local patterns = require "explore.patterns.patterns"
local source = require "explore.story.source"
local story_of = require "explore.story.story"
local stuck = require "explore.patterns.stuck"
local wrap = require "terminal.wrap"

local explain = {}

local WIDEST, NARROWEST = 100, 60
local MOST_SOURCE = 12

-- The last step of the task in which it failed.
local function mark_failure(story)
  local run = story.run
  if run.ending == "deadlock" or not run.ender then return end
  for i = #story.steps, 1, -1 do
    local step = story.steps[i]
    if step.task == run.ender then
      step.failing, step.mark = true, true
      return
    end
  end
end

--- The story of what was found, its proven pattern or nil, and the flip or nil.  `run` runs a plan.
function explain.understand(found, script, run)
  local story = story_of.of(found, source.new(script))
  local list = patterns.of(story)
  local swap, pattern = flip.find(story, list, run)
  pattern = pattern or list[1] or swap and data.of_swap(story, story.names, swap)
  for _, step in ipairs(pattern and pattern.marks or {}) do step.mark = true end
  if swap then swap.earlier.mark, swap.later.mark = true, true end
  mark_failure(story)
  return story, pattern, swap
end

local function add(lines, text, width, indent)
  for _, line in ipairs(wrap.lines(text, width, indent)) do lines[#lines + 1] = line end
end

-- The script's lines of the steps that are shown, where they do not stand beside these.
local function add_source(lines, story, rows, brush, width)
  local numbers, text = {}, {}
  for _, row in ipairs(rows) do
    local step = row.kind == "step" and not row.dim and row.step
    local line = step and story.script:line(step.file, step.line)
    if line and not text[step.line] then
      numbers[#numbers + 1], text[step.line] = step.line, line
    end
  end
  if #numbers == 0 or #numbers > MOST_SOURCE then return end
  table.sort(numbers)
  lines[#lines + 1] = ""
  for _, number in ipairs(numbers) do
    lines[#lines + 1] = brush:as("dim", wrap.cut(("%12d  %s"):format(number, text[number]), width))
  end
end

local function add_table(lines, story, brush, width)
  local drawn, beside, rows = draw.lines(story, brush, width)
  lines[#lines + 1] = ""
  if #rows == 0 then return end
  for _, line in ipairs(drawn) do lines[#lines + 1] = line end
  if not beside then add_source(lines, story, rows, brush, width) end
  lines[#lines + 1] = ""
end

local function add_message(lines, story, width)
  local run = story.run
  if run.ending == "deadlock" or run.ending == "status" then return end
  local told = message.lines(run, 3)
  for _, line in ipairs(told) do add(lines, line, width, "  ") end
  local _, number = message.place(run)
  local script = number and story.script:line(nil, number)
  if script and #told == 1 then lines[#lines + 1] = wrap.cut(("  %d  %s"):format(number, script), width) end
end

--- The text for people: options = { found=, script=, run=, width=, color= }.
function explain.report(options)
  local found, brush = options.found, paint.new(options.color)
  local width = math.max(math.min(options.width or WIDEST, WIDEST), NARROWEST)
  local story, pattern, swap = explain.understand(found, options.script, options.run)
  local lines = wrap.lines(first_line.of(story, pattern, found), width, "  ")
  for i, line in ipairs(lines) do lines[i] = brush:as("red", line) end
  add_message(lines, story, width)
  if pattern then
    lines[#lines + 1] = ""
    add(lines, pattern.text, width)
  end
  add_table(lines, story, brush, width)
  -- a circle of locks has said who waits for whom
  for _, line in ipairs(pattern and pattern.circle and {} or stuck.lines(story)) do add(lines, line, width, "  ") end
  if swap then add(lines, flip.text(swap, story.names), width, "  ") end
  if pattern and pattern.remedy then add(lines, "what helps: " .. pattern.remedy, width, "  ") end
  for _, line in ipairs(story.run.notices or {}) do
    -- the circle has come about: that it might is no news
    if not (pattern and pattern.circle and line:find "^lock order") then add(lines, line, width, "  ") end
  end
  for _, line in ipairs(outcomes.lines(found.outcomes, width)) do lines[#lines + 1] = line end
  if found.command then lines[#lines + 1] = "replay: " .. brush:as("bold", found.command) end
  return table.concat(lines, "\n") .. "\n"
end

return explain
