--- Tables: what stands below the chart: where the time went.
local compare = require "timeline.compare"
local holds = require "timeline.holds"
local wrap = require "terminal.wrap"

local tables = {}

-- Tasks as objects: one that nobody waited for says nothing.
local HOUSE = { process = true, thread = true }
local NARROWEST = 22
local MOST_REASONS, MOST_OBJECTS, MOST_TASKS, MOST_COMPARED = 3, 10, 20, 10

-- Rows of texts as lines: the columns as wide as they must be, up to a third of all, numbers (of `right`) to the right;
-- the last is cut.
local function aligned(self, lines, rows, right, width)
  local widths, widest = {}, math.max(NARROWEST, width // 3)
  for _, row in ipairs(rows) do
    for i, text in ipairs(row) do widths[i] = math.min(math.max(widths[i] or 0, wrap.length(text)), widest) end
  end
  for _, row in ipairs(rows) do
    local line = ""
    for i, text in ipairs(row) do
      text = i < #row and wrap.cut(text, widths[i]) or text
      local blanks = (" "):rep(widths[i] - wrap.length(text))
      line = line .. "  " .. (right[i] and blanks .. text or i < #row and text .. blanks or text)
    end
    line = wrap.cut(line, width):gsub("%s+$", "")
    lines[#lines + 1] = row.head and self.paint:as("bold", line) or line
  end
end

local function percent(part, whole)
  return whole > 0 and ("%d%%"):format((100 * part / whole + 0.5) // 1) or ""
end

local function heading(self, lines, text)
  lines[#lines + 1] = ""
  lines[#lines + 1] = self.paint:as("bold", wrap.cut(text, self.width))
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

-- ---- tasks ----

-- Of several tasks in one.
local function sum_of(self, tasks)
  local sum = { alive = 0, ran = 0, waited = 0, slept = 0, operations = 0, reasons = {} }
  for _, task in ipairs(tasks) do
    local total = self.study.tasks[task]
    for _, name in ipairs{ "alive", "ran", "waited", "slept", "operations" } do sum[name] = sum[name] + total[name] end
    for key, ns in pairs(total.reasons) do sum.reasons[key] = (sum.reasons[key] or 0) + ns end
  end
  return sum
end

local function reasons_of(self, total)
  local list = {}
  for key, ns in pairs(total.reasons) do
    local name = key > 0 and self.names:object(key) or self.names.operations[-key]
    list[#list + 1] = { name = name, ns = ns, key = key }
  end
  table.sort(list, function(a, b) return a.ns > b.ns or a.ns == b.ns and a.key < b.key end)
  local words = {}
  for i, each in ipairs(list) do
    if i > MOST_REASONS then
      words[i] = ("%d more"):format(#list - MOST_REASONS)
      break
    end
    words[i] = each.name .. (#list > 1 and " " .. self.time(each.ns) or "")
  end
  return table.concat(words, ", ")
end

local function add_tasks(self, lines)
  local rows = { { "", "ran", "", "slept", "waited", "for", head = true } }
  local any_sleep = false
  for i, row in ipairs(self.rows) do
    if i > MOST_TASKS and not self.wanted_tasks then break end
    local total = sum_of(self, row.tasks)
    any_sleep = any_sleep or total.slept > 0
    rows[#rows + 1] = { row.name, self.time(total.ran), percent(total.ran, total.alive),
      total.slept > 0 and self.time(total.slept) or "-", total.waited > 0 and self.time(total.waited) or "-",
      reasons_of(self, total) }
  end
  if not any_sleep then
    for _, row in ipairs(rows) do table.remove(row, 4) end
  end
  lines[#lines + 1] = ""
  aligned(self, lines, rows, { [2] = true, [3] = true, [4] = true, [5] = any_sleep }, self.width)
  local hidden = #self.rows - #rows + 1
  if hidden > 0 then lines[#lines + 1] = ("  ... and %s"):format(plural(hidden, "row")) end
end

-- ---- waits ----

-- Whether a task of the object's name ended during the span: result() tells of one that failed by nil, as of a timeout.
local function has_ended(self, i, object)
  local spans = self.trace.spans
  for _, task in ipairs(self.trace.tasks) do
    local ended = task.name == object.name and task.ended
    if ended and ended >= spans.began[i] and ended <= spans.ended[i] then return true end
  end
  return false
end

local function ended_by(self, i)
  local spans = self.trace.spans
  if spans.ended[i] < 0 then
    local task = self.trace.tasks[spans.task[i]]
    if task.how == "killed" then return "killed in it" end
    return task.ended and "never came back" or "still waits"
  end
  local waker = spans.waker[i] > 0 and self.names:task(spans.waker[i])
  if waker then return "ended by " .. waker end
  local object = self.trace.objects[spans.object[i]]
  local joins = object and HOUSE[object.kind]
  if spans.result[i] == 1 and not (joins and has_ended(self, i, object)) then return "its time was over" end
  return joins and "until it ended" or ""
end

local function add_waits(self, lines)
  if #self.study.longest == 0 then return end
  heading(self, lines, "longest waits")
  local rows = {}
  for _, wait in ipairs(self.study.longest) do
    local i = wait.span
    rows[#rows + 1] = { self.time(wait.time), self.names:task(self.trace.spans.task[i]), self.names:call(i),
      self.names:place(i), ended_by(self, i) }
  end
  aligned(self, lines, rows, { true }, self.width)
end

local function add_hand_overs(self, lines)
  local found = self.study.hand_overs
  if found.count == 0 then return end
  local i = found.span
  local spans = self.trace.spans
  heading(self, lines, "hand-overs, from the call that wakes to the return of the one that waited")
  local worst = ("%s -> %s, %s"):format(self.names:task(spans.waker[i]) or "?", self.names:task(spans.task[i]),
    self.names:call(i))
  lines[#lines + 1] = wrap.cut(("  median %s of %d, worst %s (%s)"):format(self.time(found.median), found.count,
    self.time(found.worst), worst), self.width)
end

-- ---- objects ----

local function remark(self, object, held)
  local words = {}
  local curve = self.depth[object]
  if curve and curve.most > 0 then words[#words + 1] = ("at most %d in it"):format(curve.most) end
  if held[object] then words[#words + 1] = "held " .. percent(held[object], self.to - self.from) end
  return table.concat(words, ", ")
end

local function add_objects(self, lines)
  local list = {}
  for object, row in pairs(self.study.objects) do
    if row.waits > 0 or not HOUSE[self.trace.objects[object].kind] then
      list[#list + 1] = { object = object, row = row }
    end
  end
  if #list == 0 then return end
  table.sort(list, function(a, b)
    if a.row.waited ~= b.row.waited then return a.row.waited > b.row.waited end
    if a.row.operations ~= b.row.operations then return a.row.operations > b.row.operations end
    return a.object < b.object
  end)
  local rows = { { "", "operations", "waits", "waited", "longest", "", head = true } }
  local held = holds.within(self.holds, self.from, self.to)
  for i = 1, math.min(#list, MOST_OBJECTS) do
    local object, row = list[i].object, list[i].row
    local waits = row.waits > 0
    rows[#rows + 1] = { self.names:object(object), ("%d"):format(row.operations),
      waits and ("%d, %s"):format(row.waits, percent(row.waits, row.operations)) or "-",
      waits and self.time(row.waited) or "-", waits and self.time(row.longest) or "-", remark(self, object, held) }
  end
  lines[#lines + 1] = ""
  aligned(self, lines, rows, { [2] = true, [3] = true, [4] = true, [5] = true }, self.width)
  if #list > MOST_OBJECTS then lines[#lines + 1] = ("  ... and %s"):format(plural(#list - MOST_OBJECTS, "object")) end
end

-- ---- another run ----

local function cells_of(self, row, measure)
  local now, before = row.now and row.now[measure], row.before and row.before[measure]
  return now and self.time(now) or "-", before and self.time(before) or "-", compare.change(now, before)
end

local function compared_rows(self, rows, list, measures, head)
  if #list == 0 then return end
  rows[#rows + 1] = head
  for i, row in ipairs(list) do
    if i > MOST_COMPARED then
      rows[#rows + 1] = { ("... and %d more"):format(#list - MOST_COMPARED) }
      return
    end
    local cells = { row.name }
    for _, measure in ipairs(measures) do
      for _, text in ipairs{ cells_of(self, row, measure) } do cells[#cells + 1] = text end
    end
    rows[#rows + 1] = cells
  end
end

local function add_compared(self, lines)
  local found = self.compared
  if not found then return end
  heading(self, lines, "compared with " .. found.path)
  local length = compare.change(found.now.length, found.before.length)
  lines[#lines + 1] = ("  %s, before %s%s; %s, before %d"):format(self.time(found.now.length),
    self.time(found.before.length), length ~= "" and " (" .. length .. ")" or "",
    plural(found.now.operations, "operation"), found.before.operations)
  local right, rows = { [2] = true, [3] = true, [4] = true, [5] = true, [6] = true, [7] = true }, {}
  compared_rows(self, rows, found.tasks, { "waited", "ran" },
    { "", "waited", "before", "", "ran", "before", "", head = true })
  compared_rows(self, rows, found.objects, { "waited" }, { "waited for", "now", "before", "", head = true })
  aligned(self, lines, rows, right, self.width)
end

--- The lines, for a view as chart.lines has it; `compared` (timeline/compare) may be in it.
function tables.lines(view)
  local lines = {}
  add_tasks(view, lines)
  add_waits(view, lines)
  add_hand_overs(view, lines)
  add_objects(view, lines)
  add_compared(view, lines)
  return lines
end

return tables
