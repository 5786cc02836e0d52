--- Findings: what all schedules have told together: labels, outcomes, and whether they can be repeated.
local findings = {}
findings.__index = findings

local MOST_SHOWN = 16 -- outcomes of which a schedule is kept, to replay

function findings.new()
  return setmetatable({
    schedules = 0,
    labels = {}, -- [label] = whether some schedule made it true
    outcomes = {}, -- list of { text=, count=, number=, events= }; the same by text in `by_text`
    by_text = {},
    choices = 0, -- of the longest schedule
    steps = 0,
    went_outside = false,
    lost_events = false,
    notices = {}, -- lines; the same by text
  }, findings)
end

local function add_labels(self, labels)
  for label, came in pairs(labels or {}) do self.labels[label] = self.labels[label] or came end
end

-- A circle of locks is the same, with whichever it begins.
local function same_line(line)
  local circle = line:match "^lock order: (.*)$"
  if not circle then return line end
  local parts = {}
  for part in circle:gsub(": with another schedule.*$", ""):gmatch "[^;]+" do
    parts[#parts + 1] = part:match "^%s*(.-)%s*$"
  end
  table.sort(parts)
  return table.concat(parts, ";")
end

local function add_notices(self, notices)
  for _, line in ipairs(notices) do
    local key = same_line(line)
    if not self.notices[key] then
      self.notices[key] = true
      self.notices[#self.notices + 1] = line
    end
  end
end

local function add_outcome(self, plan, run, events)
  local row = self.by_text[run.outcome]
  if not row then
    row = { text = run.outcome, count = 0, number = plan.number }
    if #self.outcomes < MOST_SHOWN then row.events = events() end
    self.by_text[run.outcome] = row
    self.outcomes[#self.outcomes + 1] = row
  end
  row.count = row.count + 1
end

--- Adds what one schedule told; `events()` returns its events.
function findings:add(plan, run, events)
  self.schedules = self.schedules + 1
  self.choices = math.max(self.choices, run.choices or 0)
  self.steps = math.max(self.steps, run.steps or 0)
  self.went_outside = self.went_outside or run.went_outside or false
  self.lost_events = self.lost_events or run.lost_events or false
  if run.labels then add_labels(self, run.labels) end
  if run.notices then add_notices(self, run.notices) end
  if run.outcome then add_outcome(self, plan, run, events) end
end

--- The labels that no schedule made true, sorted.
function findings:missing()
  local list = {}
  for label, came in pairs(self.labels) do
    if not came then list[#list + 1] = label end
  end
  table.sort(list)
  return list
end

local SAME = { "task", "how", "name", "kind", "object", "key", "file", "line", "answer", "woken" }

local function differ(a, b)
  for _, field in ipairs(SAME) do
    if a[field] ~= b[field] then return true end
  end
  return false
end

--- Compares the events of a schedule that ran twice: the first that differs is kept as `differs`.
function findings:compare(plan, events)
  local first = plan.repeats.events
  for i = 1, math.max(#first, #events) do
    local a, b = first[i], events[i]
    if not a or not b or differ(a, b) then
      self.differs = self.differs or { number = plan.repeats.number, first = a, second = b, before = first[i - 1] }
      return
    end
  end
end

return findings
