--- Step view: the steps so far, a column a task, who can take the next one, and what there is of objects.
local words = require "labs.words"

local step_view = {}

local CLEAR, NUMBER, LEAST_COLUMN = "\27[H\27[2J\27[3J", 6, 18
local AROUND = 13 -- lines that are not steps

local function length(text) return utf8.len(text) or #text end

local function cut(text, width)
  if length(text) <= width then return text .. (" "):rep(width - length(text)) end
  return text:sub(1, (utf8.offset(text, width - 1) or width) - 1) .. "> "
end

local function with_line(row)
  return row.line and ("%s  line %d"):format(row.text, row.line) or row.text
end

-- Only tasks that have a step, or can take one, have a column; main is the last.
local function columns_of(tasks, steps)
  local used, list, known = {}, {}, {}
  for _, step in ipairs(steps) do used[step.path] = step.task end
  for _, task in ipairs(tasks) do
    known[task.path] = true
    if used[task.path] or task.can then list[#list + 1] = { path = task.path, name = task.name } end
  end
  for path, name in pairs(used) do
    if not known[path] then list[#list + 1] = { path = path, name = name } end
  end
  return list
end

local function table_lines(self, tasks)
  local paint, steps = self.paint, self.stepper:steps()
  local columns = columns_of(tasks, steps)
  local width = (self.width - NUMBER) // math.max(1, #columns)
  local is_wide = width >= LEAST_COLUMN
  local lines, place = { (" "):rep(NUMBER) }, {}
  for i, task in ipairs(columns) do
    place[task.path] = i
    if is_wide then lines[1] = lines[1] .. paint:task(i, cut(task.name, width)) end
  end
  local first = math.max(1, #steps - math.max(5, self.rows - AROUND - #tasks) + 1)
  if first > 1 then lines[#lines + 1] = paint:as("dim", ("      ... %d steps before"):format(first - 1)) end
  for n = first, #steps do
    local step = steps[n]
    local i = place[step.path]
    local indent = is_wide and (i - 1) * width or 0
    local text = cut((is_wide and "" or step.task .. ": ") .. with_line(step), self.width - NUMBER - indent)
    lines[#lines + 1] = ("%4d  %s%s"):format(math.tointeger(step.step) or n, (" "):rep(indent),
      paint:task(i, (text:gsub("%s+$", ""))))
  end
  return lines
end

local function task_line(self, n, task)
  local what = task.over and "is done" or task.can and task.text or task.text and "waits: " .. task.text or "waits"
  local line = ("  %s  %s   %s%s"):format(n, task.name, what, task.line and not task.over
    and ("   line %d"):format(task.line) or "")
  return self.paint:as(task.can and "bold" or "dim", line)
end

local function choice_lines(self, tasks)
  local lines = { "who takes the next step?" }
  for n, task in ipairs(tasks) do lines[#lines + 1] = task_line(self, n, task) end
  local state = self.stepper:state()
  for i, text in ipairs(state) do state[i] = text:gsub(", 0 %l+ing%f[^%w]", "") end
  if state[1] then
    state[1] = "now: " .. state[1]
    lines[#lines + 1] = self.paint:as("dim", words.row(state, self.width))
  end
  return lines
end

local function ending_lines(self, ended)
  local is_break, text = self.lab.kind == "break", ended.sentence
  if ended.won and is_break then return { self.paint:as("green", ("You broke it: %s."):format(text)) } end
  if is_break then
    return { self.paint:as("yellow", ("The end: %s."):format(text)),
      "That is not what was wanted. u takes a step back, r begins anew." }
  end
  local failed = ended.run.ending ~= "passed"
  return { self.paint:as(failed and "red" or "green", (failed and "Here it breaks: " or "The end: ") .. text .. ".") }
end

local function keys_line(self, ended)
  local parts = {}
  local function add(key, text) parts[#parts + 1] = self.paint:as("bold", key) .. " " .. text end
  if not ended then add("1 ...", "that task") end
  if not ended and self.recorded and not self.left then add("Enter", "as it was found") end
  add("u", "undo")
  add("r", "from the start")
  add("q", "back")
  return words.row(parts, self.width)
end

--- The screen.
function step_view.screen(self)
  local tasks, ended = self.stepper:tasks(), self.stepper:ended()
  local lines = { self.paint:as("bold", ("%s: you are the scheduler"):format(self.lab.title)), "" }
  local function append(list) table.move(list, 1, #list, #lines + 1, lines) end
  append(table_lines(self, tasks))
  lines[#lines + 1] = ""
  append(ended and ending_lines(self, ended) or choice_lines(self, tasks))
  if self.told then lines[#lines + 1] = self.told end
  lines[#lines + 1] = ""
  lines[#lines + 1] = keys_line(self, ended)
  return CLEAR .. table.concat(lines, "\n") .. "\n"
end

return step_view
