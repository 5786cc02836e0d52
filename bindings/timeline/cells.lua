--- Cells: the time of a trace, cut into as many pieces as the chart is wide, and what each task did in each of them.
local study = require "timeline.study"
local walk = require "timeline.walk"

local cells = {}
cells.__index = cells

local KINDS = { "wait", "sleep", "busy", "hold" }

--- The cell of a time; nil: it is outside of the range.
function cells:at(time)
  if time < self.from or time > self.to then return nil end
  local c = (time - self.from) // self.each + 1
  return (c < self.count and c or self.count) // 1 | 0
end

--- Adds to the list, by cell, how much of each cell lies between `a` and `b`.
function cells:add(list, a, b)
  local from, each = self.from, self.each
  if a < from then a = from end
  if b > self.to then b = self.to end
  if b <= a then return end
  local first, last = self:at(a), self:at(b)
  if first == last then
    list[first] = list[first] + (b - a) / each
    return
  end
  for c = first, last do
    local start = from + (c - 1) * each
    list[c] = list[c] + math.max(math.min(b, start + each) - math.max(a, start), 0) / each
  end
end

--- A list of as many zeros as there are cells.
function cells:zeros()
  local list = {}
  for c = 1, self.count do list[c] = 0 end
  return list
end

local function new_row(self)
  local row = { active = {} }
  for _, kind in ipairs(KINDS) do row[kind] = self:zeros() end
  return row
end

local function note(self, row, time)
  local c = self:at(time)
  if c then row.active[c] = true end
end

local function take_wait(self, row, i, began, ended, slept)
  local over = study.wait_end(self.trace, i)
  local spans = self.trace.spans
  local kind = spans.object[i] == 0 and self.is_sleep[spans.operation[i]] and "sleep" or "wait"
  self:add(row[kind], slept, over)
  self:add(row.busy, began, slept)
  if ended > over then self:add(row.busy, over, ended) end
end

-- Most spans are within a cell and did not wait.
local function take_all(self)
  local rows, from, to, each, last = self.rows, self.from, self.to, self.each, self.count
  walk.each(self.trace, { "task", "began", "ended", "slept" }, function(before, count, task, began, ended, slept)
    for k = 1, count do
      local row, a, b = rows[task[k]], began[k], ended[k]
      local c = (a - from) // each
      if slept[k] < 0 and a >= from and b <= to and b >= a and c < last - 1 and (b - from) // each == c then
        c = c // 1 | 0
        row.active[c + 1] = true
        row.busy[c + 1] = row.busy[c + 1] + (b - a) / each
      else
        note(self, row, a)
        if b >= 0 then note(self, row, b) end
        if slept[k] >= 0 then take_wait(self, row, before + k, a, b, slept[k])
        elseif b >= 0 then self:add(row.busy, a, b) end
      end
    end
  end)
end

-- Most of them are within a cell, too.
local function take_holds(self, holds)
  local rows, from, to, each, last = self.rows, self.from, self.to, self.each, self.count
  local tasks, froms, tos = holds.task, holds.from, holds.to
  for i = 1, holds.count do
    local list, a, b = rows[tasks[i]].hold, froms[i], tos[i]
    local c = (a - from) // each
    if a >= from and b <= to and c < last - 1 and (b - from) // each == c then
      c = (c // 1 | 0) + 1
      list[c] = list[c] + (b - a) / each
    else
      self:add(list, a, b)
    end
  end
end

--- For the range: { count =, each = (time of a cell), rows = { [task] = { wait =, sleep =, busy =, hold = (shares by
--- cell), active = (by cell: something began or ended there) } } }.
function cells.of(trace, holds, from, to, count)
  local self = setmetatable({ trace = trace, from = from, to = to, count = count, each = math.max(to - from, 1) / count,
    rows = {}, is_sleep = study.sleeps(trace) }, cells)
  for i = 1, #trace.tasks do self.rows[i] = new_row(self) end
  take_all(self)
  take_holds(self, holds)
  return self
end

-- How much of the cell the task lived.
local function alive(self, task, c)
  local row = self.trace.tasks[task]
  local start = self.from + (c - 1) * self.each
  local began, ended = math.max(row.began, start), math.min(row.ended or self.trace.length, start + self.each)
  return math.max(ended - began, 0) / self.each
end

local function end_of(self, task, c)
  local row = self.trace.tasks[task]
  if not row.ended or self:at(row.ended) ~= c then return nil end
  return row.how or "ended"
end

local function in_steps(row, c, wait, hold)
  if row.busy[c] >= wait and row.busy[c] > 0 then return hold > 0 and "holds" or "runs" end
  if wait > 0.5 then return hold > 0.5 and "keeps" or "waits" end
  return hold > 0.5 and "keeps" or "stands"
end

--- What the task did in a cell for the most part: a state of timeline/glyphs; and how much of the cell it ran.
function cells:state(task, c)
  local row = self.rows[task]
  local lived, wait, sleep, hold = alive(self, task, c), row.wait[c], row.sleep[c], row.hold[c]
  local ran = math.max(lived - wait - sleep, 0)
  local ending = end_of(self, task, c)
  if ending then return ending, ran end
  if lived <= 0 and not row.active[c] then return "absent", 0 end
  if self.trace.logical then return in_steps(row, c, wait + sleep, hold), row.busy[c] end
  local idle = wait + sleep
  if hold * 2 > lived then return idle > ran and "keeps" or "holds", ran end
  if ran >= idle and ran > 0 then return "runs", ran end
  if row.active[c] then return "brief", ran end
  return wait >= sleep and "waits" or "sleeps", ran
end

return cells
