--- Cells: the time of a trace, cut into as many pieces as the chart is wide, and what each task did in each of them.
local tally = require "timeline.tally"

local cells = {}
cells.__index = cells

--- The cell of a time; nil: it is outside of the range.
function cells:at(time)
  if time < self.from or time > self.to then return nil end
  local c = (time - self.from) // self.each + 1
  return (c < self.count and c or self.count) // 1 | 0
end

--- For the range, `count` cells; `holds`: as holds.of has them.
function cells.of(trace, holds, from, to, count)
  local self = setmetatable({ trace = trace, holds = holds, from = from, to = to, count = count,
    each = (to - from) / count }, cells)
  self.shares = tally.shares(trace, holds, from, to, count)
  if trace.work then trace.work(trace.spans.count) end
  return self
end

--- Of each of these objects two arrays by cell, { held =, wanted = }: how much of it the lock was held, and how much it
--- was waited for, by all tasks together.
function cells:of_locks(objects)
  local found = tally.locks(self.trace, self.holds, objects, self.from, self.to, self.count)
  if self.trace.work then self.trace.work(self.trace.spans.count) end
  return found
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

local function in_steps(busy, wait, hold)
  if busy >= wait and busy > 0 then return hold > 0 and "holds" or "runs" end
  if wait > 0.5 then return hold > 0.5 and "keeps" or "waits" end
  return hold > 0.5 and "keeps" or "stands"
end

--- What the task did in a cell for the most part: a state of timeline/chart/glyphs; and how much of the cell it ran.
function cells:state(task, c)
  local wait, sleep, busy, hold, is_active = self.shares(task, c)
  local lived = alive(self, task, c)
  local ran = math.max(lived - wait - sleep, 0)
  local ending = end_of(self, task, c)
  if ending then return ending, ran end
  if lived <= 0 and not is_active then return "absent", 0 end
  if self.trace.logical then return in_steps(busy, wait + sleep, hold), busy end
  local idle = wait + sleep
  if hold * 2 > lived then return idle > ran and "keeps" or "holds", ran end
  if ran >= idle and ran > 0 then return "runs", ran end
  if is_active then return "brief", ran end
  return wait >= sleep and "waits" or "sleeps", ran
end

return cells
