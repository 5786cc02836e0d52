--- The table of a failing schedule: a column a task, a line a step.
local clock = require "explore.story.clock"
local columns = require "explore.explain.columns"
local fold = require "explore.explain.fold"
local words = require "explore.explain.words"
local wrap = require "terminal.wrap"

local draw = {}
draw.__index = draw

local GUTTER = 12 -- "  step  line"
local MOST_NAMED = 4 -- tasks that start in one row

-- A star is before the steps that explanations tell of, or what the mark says.
local function gutter(step, line, mark)
  return ("%s%4s%6s"):format(mark == true and " *" or mark or "  ", step or "", line or "")
end

-- The steps' only shared object; nil: there are several.
local function only_subject(rows)
  local only
  for _, row in ipairs(rows) do
    local step = row.kind == "step" and row.step
    if step and step.subject and not row.dim then
      if only and only ~= step.subject then return nil end
      only = step.subject
    end
  end
  return only
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

local function folded(row)
  return ("... %s%s"):format(plural(row.count, "step"), row.own and #row.tasks == 1 and " that nobody else sees" or "")
end

-- What the row says in its task's column.
local function text_of(self, row)
  if row.kind == "stop" then return ("<- here %s is stopped"):format(self.names:task(row.task)) end
  if row.kind == "fold" then return folded(row) end
  if row.step.failing and row.step.op == "end" then return "" end
  local of = self.story.words or words.of
  if not row.times then return of(row.step, self.names, self.only) end
  if row.step.result == row.last.result then
    return ("%s (%d times)"):format(of(row.step, self.names, self.only), row.times)
  end
  return ("%d times %s"):format(row.times, of(row.last, self.names, self.only))
end

-- Those that a task starts in this row, by name where they are few.
local function started(self, row)
  local list = {}
  for _, task in ipairs(self.story.tasks) do
    if task.parent == row.task and task.path ~= row.task then list[#list + 1] = task.path end
  end
  if row.count > MOST_NAMED or row.before + row.count > #list then return plural(row.count, "task") end
  return self.names:list(table.move(list, row.before + 1, row.before + row.count, 1, {}))
end

-- What a row over all columns says.
local function wide_text(self, row)
  if row.kind == "fold" then return ("%s of %s"):format(folded(row), self.names:list(row.tasks)) end
  local task = self.names:task(row.task or row.step.task)
  if row.kind == "starts" then return ("%s starts %s"):format(task, started(self, row)) end
  local could = clock.delayed(self.story, row.step)
  return ("-- it is %s%s --"):format(draw.seconds(row.step.time),
    #could > 0 and (", though %s could have gone on before"):format(self.names:list(could)) or "")
end

--- "0.030 s"
function draw.seconds(time)
  return (("%.3f"):format(time or 0):gsub("0+$", ""):gsub("%.$", "")) .. " s"
end

local function columns_of(self, rows, tasks)
  local order, index = {}, {}
  for _, task in ipairs(self.story.tasks) do
    if tasks[task.path] then
      order[#order + 1] = task.path
      index[task.path] = #order
    end
  end
  for _, row in ipairs(rows) do
    if row.task and tasks[row.task] and not index[row.task] then
      order[#order + 1] = row.task
      index[row.task] = #order
    end
  end
  return order, index
end

-- What stands at the last step.
local function end_of(self)
  return self.story.run.ending == "livelock" and "<- and so on, without end" or "<- here it fails"
end

local function wanted_widths(self, order, index)
  local wanted = {}
  for i, path in ipairs(order) do wanted[i] = wrap.length(self.names:task(path)) end
  for _, row in ipairs(self.rows) do
    if row.kind == "step" then
      local i = index[row.task]
      wanted[i] = math.max(wanted[i], wrap.length(row.text), row.step.failing and #end_of(self) or 0,
        #(row.step.note or ""))
    end
  end
  return wanted
end

local function style(self, row, i, text)
  if row.kind == "stop" then return self.paint:as("yellow", text) end
  if row.kind == "fold" or row.dim then return self.paint:as("dim", text) end
  if row.step.failing and text == end_of(self) then return self.paint:as("red", text) end
  text = self.paint:task(i, text)
  return row.step.mark and self.paint:as("bold", text) or text
end

-- The lines of one row that stands in column i, which begins at `at`.
local function add_cell(self, row, i, at, width)
  -- what is no step has its line for itself, but for the name of the task
  if row.kind ~= "step" and not self.named then
    width = self.width - GUTTER - columns.gap
    at = math.max(math.min(at, self.width - wrap.length(row.text)), GUTTER + columns.gap)
  end
  local lines = wrap.lines(row.text, width, "  ")
  if row.kind == "step" and row.step.note then
    for _, line in ipairs(wrap.lines(row.step.note, width, "   ")) do lines[#lines + 1] = line end
  end
  if row.step and row.kind == "step" and row.step.failing then
    lines[row.text == "" and 1 or #lines + 1] = end_of(self)
  end
  local step = row.kind == "step" and row.step
  for n, text in ipairs(lines) do
    local head = n == 1 and step and gutter(step.step, step.line, step.mark) or gutter()
    local line = head .. (" "):rep(at - #head) .. style(self, row, i, text)
    local script = n == 1 and step and self.source_width > 0 and not row.dim and self.story.script
      and self.story.script:line(step.file, step.line)
    if script then
      line = line .. (" "):rep(self.source_at - at - wrap.length(text))
        .. self.paint:as("dim", wrap.cut(script, self.source_width))
    end
    self.lines[#self.lines + 1] = line
  end
end

local function add_wide(self, row)
  local head = gutter(row.kind == "starts" and row.first.step or nil, row.kind == "starts" and row.first.line or nil)
  local color = row.kind == "clock" and "yellow" or "dim"
  for n, line in ipairs(wrap.lines(wide_text(self, row), self.width - #head - 2, "   ")) do
    self.lines[#self.lines + 1] = (n == 1 and head or (" "):rep(#head)) .. "  " .. self.paint:as(color, line)
  end
end

local function add_header(self, order, starts, widths)
  local line = gutter("step", "line")
  for i, path in ipairs(order) do
    line = line .. (" "):rep(starts[i] - wrap.length(line)) .. wrap.cut(self.names:task(path), widths[i])
  end
  if self.source_width > 0 then line = line .. (" "):rep(self.source_at - wrap.length(line)) .. "script" end
  self.lines[#self.lines + 1] = self.paint:as("bold", line)
end

local function in_columns(self, order, index, widths)
  local starts, at = {}, GUTTER + columns.gap
  for i, width in ipairs(widths) do starts[i], at = at, at + width + columns.gap end
  self.source_at = at
  add_header(self, order, starts, widths)
  for _, row in ipairs(self.rows) do
    if row.text then add_cell(self, row, index[row.task], starts[index[row.task]], widths[index[row.task]])
    else add_wide(self, row) end
  end
end

-- Too many tasks for columns: the task's name before each line.
local function in_lines(self, order, index, width)
  local longest = 4
  for _, path in ipairs(order) do longest = math.max(longest, wrap.length(self.names:task(path))) end
  longest = math.min(longest, 20)
  local at = GUTTER + columns.gap + longest + columns.gap
  self.source_width, self.source_at, self.named = 0, 0, true
  self.lines[1] = self.paint:as("bold", gutter("step", "line") .. "  " .. "task")
  for _, row in ipairs(self.rows) do
    if row.text then
      local first = #self.lines + 1
      local i = index[row.task]
      add_cell(self, row, i, at, width - at)
      local name = wrap.pad(wrap.cut(self.names:task(row.task), longest), longest)
      local head = self.lines[first]:sub(1, GUTTER + columns.gap)
      self.lines[first] = head .. self.paint:task(i, name) .. self.lines[first]:sub(#head + longest + 1)
    else add_wide(self, row) end
  end
end

-- The texts of all rows, and how wide columns they want.
local function measure(self, order, index)
  for _, row in ipairs(self.rows) do
    if row.task and row.kind ~= "starts" and row.kind ~= "clock" then row.text = text_of(self, row) end
  end
  return wanted_widths(self, order, index)
end

-- Where they are too wide objects have their names alone.
local function fit(self, order, index, room)
  self.names.brief = false
  local wanted = measure(self, order, index)
  local sum = -columns.gap
  for _, width in ipairs(wanted) do sum = sum + width + columns.gap end
  if sum > room then
    self.names.brief = true
    wanted = measure(self, order, index)
  end
  local widths, source = columns.fit(wanted, room)
  if not widths then
    -- lines have room for the whole
    self.names.brief = false
    measure(self, order, index)
  end
  return widths, source
end

local function has_source(story, rows)
  for _, row in ipairs(rows) do
    if row.kind == "step" and story.script and story.script:line(row.step.file, row.step.line) then return true end
  end
end

--- The lines of the table for a story, no wider than `width`, and whether the script's lines stand beside the steps;
--- then the rows and the tasks that have columns, in order. `rows` and `tasks` are those of fold.of, if not given. A
--- table of more than `most` lines (if given) has no columns, where it is shorter so.
function draw.lines(story, paint, width, rows, tasks, most)
  if not rows then rows, tasks = fold.of(story) end
  local self = { story = story, names = story.names, paint = paint, rows = rows, lines = {}, width = width }
  self.only = only_subject(rows)
  local order, index = columns_of(self, rows, tasks)
  local widths, source = fit(self, order, index, width - GUTTER - columns.gap)
  self.source_width = has_source(story, rows) and source or 0
  if widths then in_columns(self, order, index, widths) else in_lines(self, order, index, width) end
  local lines, has_script = self.lines, self.source_width > 0
  if widths and most and #lines > most then
    self.lines, self.names.brief = {}, false
    measure(self, order, index)
    in_lines(self, order, index, width)
    if #self.lines < #lines then lines, has_script = self.lines, false end
  end
  return lines, has_script, rows, order
end

return draw
