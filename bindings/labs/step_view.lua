--- Step view: the steps so far, a column a task, and who can take the next one.
local words = require "judge.words"

local step_view = {}

local CLEAR, NUMBER, LEAST_COLUMN = "\27[H\27[2J\27[3J", 6, 18
local AROUND = 12 -- lines that are not steps

--- The tasks in the order of their keys: those that the lab has started, then main: { path, name, key }.
function step_view.tasks(story)
  local list = {}
  for _, task in ipairs(story.tasks) do
    if task.path ~= "0" then
      list[#list + 1] = { path = task.path, name = story.names:task(task.path), key = tostring(#list + 1) }
    end
  end
  list[#list + 1] = { path = "0", name = "main", key = "m" }
  return list
end

local function cut(text, width)
  if (utf8.len(text) or #text) <= width then return text .. (" "):rep(width - (utf8.len(text) or #text)) end
  return text:sub(1, (utf8.offset(text, width - 1) or width) - 1) .. "> "
end

-- Starts of tasks are no steps of the story; of main, only what it does in the lab's places and the student's lines.
local function is_told(step)
  if step.how == "starts" then return false end
  return step.task ~= "0" or words.is_of_lab(step) or step.said
end

local function text_of(step, names)
  if step.op == "end" then return "is done" end
  local line = step.line and ("  line %d"):format(step.line) or ""
  return words.of(step, names) .. line
end

-- The steps as rows { step's number, task, text }; those that came at last.
local function rows_of(at, most)
  local rows = {}
  for i = 1, at.shown do
    local step = at.story.steps[i]
    if step and is_told(step) then
      rows[#rows + 1] = { math.tointeger(step.step) or step.step, step.task, text_of(step, at.story.names) }
    end
  end
  local left_out = math.max(0, #rows - most)
  return table.move(rows, left_out + 1, #rows, 1, {}), left_out
end

-- Only tasks that have a row, or can go on, have a column.
local function columns_of(tasks, rows, could)
  local used, list = {}, {}
  for _, row in ipairs(rows) do used[row[2]] = true end
  for _, path in ipairs(could or {}) do used[path] = true end
  for _, task in ipairs(tasks) do
    if used[task.path] then list[#list + 1] = task end
  end
  return list
end

local function table_lines(self, tasks)
  local at, paint = self.stepper.at, self.paint
  local rows, left_out = rows_of(at, math.max(5, self.rows - AROUND))
  local columns = columns_of(tasks, rows, at.could)
  local width = (self.width - NUMBER) // math.max(1, #columns)
  local wide = width >= LEAST_COLUMN
  local lines, place = { (" "):rep(NUMBER) }, {}
  for i, task in ipairs(columns) do
    place[task.path] = i
    if wide then lines[1] = lines[1] .. paint:task(i, cut(task.name, width)) end
  end
  if left_out > 0 then lines[#lines + 1] = paint:as("dim", ("      ... %d steps before"):format(left_out)) end
  for _, row in ipairs(rows) do
    local i = place[row[2]]
    local indent = wide and (" "):rep((i - 1) * width) or ""
    local text = wide and cut(row[3], math.max(width, self.width - NUMBER - (i - 1) * width))
      or columns[i].name .. ": " .. row[3]
    lines[#lines + 1] = ("%4d  "):format(row[1]) .. indent .. paint:task(i, (text:gsub("%s+$", "")))
  end
  return lines
end

local function choice_lines(self, tasks)
  local lines, at = { "who takes the next step?" }, self.stepper.at
  local can = {}
  for _, path in ipairs(at.could) do can[path] = true end
  for _, task in ipairs(tasks) do
    if can[task.path] then
      local line, text = self.stepper:next_line(task.path)
      lines[#lines + 1] = ("  %s  %s%s"):format(self.paint:as("bold", task.key), task.name,
        line and ("   line %d: %s"):format(line, text or "") or "")
    end
  end
  return lines
end

local function ending_lines(self)
  local ending = self.stepper.at.ending
  local is_break = self.lab.kind == "break"
  if not ending.broken then
    return { self.paint:as(is_break and "yellow" or "green", "The end: " .. ending.text .. "."),
      is_break and "It must go wrong: u takes a step back, r begins anew." or nil }
  end
  return { self.paint:as(is_break and "green" or "red", (is_break and "You broke it: " or "Here it breaks: ")
    .. ending.text .. ".") }
end

local function keys_line(self)
  local stepper, parts = self.stepper, {}
  local function add(key, text) parts[#parts + 1] = self.paint:as("bold", key) .. " " .. text end
  if stepper.recorded and not stepper.at.ending and stepper:is_recorded() then add("Enter", "as it was found") end
  add("u", "undo")
  add("r", "from the start")
  add("q", "back")
  return table.concat(parts, "   ")
end

--- The screen.
function step_view.screen(self)
  local at = self.stepper.at
  local tasks = step_view.tasks(at.story)
  local lines = { self.paint:as("bold", ("%s: you are the scheduler"):format(self.lab.title)), "" }
  local function append(list) table.move(list, 1, #list, #lines + 1, lines) end
  append(table_lines(self, tasks))
  lines[#lines + 1] = ""
  append(at.ending and ending_lines(self) or choice_lines(self, tasks))
  if self.told then lines[#lines + 1] = self.told end
  lines[#lines + 1] = ""
  lines[#lines + 1] = keys_line(self)
  return CLEAR .. table.concat(lines, "\n") .. "\n"
end

return step_view
