--- Compare: what has changed from one run to another: of each task how long it ran and waited, and how long all
--- waited for each object.
--
-- Tasks and objects are the same where they have the same name; several of one name are added up, and of many tasks
-- those whose names differ in their numbers only.
local study = require "timeline.study"
local names = require "timeline.names"

local compare = {}

local MEASURES = { "ran", "waited" }
local MANY = 20
local OF_TASKS = { process = true, thread = true }

local function totals_of(trace)
  local all = {}
  for i = 1, #trace.tasks do all[i] = i end
  return study.of(trace, all, 0, math.max(trace.length, 1), 0)
end

-- By name the sums of the measures.
local function add(list, name, values)
  local row = list[name] or {}
  list[name] = row
  for _, measure in ipairs(MEASURES) do
    if values[measure] then row[measure] = (row[measure] or 0) + values[measure] end
  end
end

local function sums_of(trace, folded)
  local function key(name) return folded and name:gsub("%d+", "*") or name end
  local found, tasks, objects = totals_of(trace), {}, {}
  for i, total in pairs(found.tasks) do
    local name = names.clean(trace.tasks[i].name or "")
    add(tasks, key(name ~= "" and name or "main"), total)
  end
  for i, row in pairs(found.objects) do
    local object = trace.objects[i]
    local title = names.clean(object.title)
    if row.waited > 0 then add(objects, OF_TASKS[object.kind] and key(title) or title, { waited = row.waited }) end
  end
  return { tasks = tasks, objects = objects }
end

local function change(row)
  local sum = 0
  for _, measure in ipairs(MEASURES) do
    sum = sum + math.abs((row.now and row.now[measure] or 0) - (row.before and row.before[measure] or 0))
  end
  return sum
end

-- An array of { name =, now = { ran =, waited = } or nil, before = the same }, what has changed most first.
local function rows_of(now, before)
  local rows, changes = {}, {}
  for name, values in pairs(now) do rows[#rows + 1] = { name = name, now = values, before = before[name] } end
  for name, values in pairs(before) do
    if not now[name] then rows[#rows + 1] = { name = name, before = values } end
  end
  for _, row in ipairs(rows) do changes[row] = change(row) end
  table.sort(rows, function(a, b)
    if changes[a] ~= changes[b] then return changes[a] > changes[b] end
    return a.name < b.name
  end)
  return rows
end

local function whole_of(trace)
  return { length = trace.length, operations = trace.spans.count, tasks = #trace.tasks }
end

--- Of this trace and of the one before it, whose file is `path`: { path =, now = { length =, operations =, tasks = },
--- before = the same, tasks = rows, objects = rows }; nil and why: they cannot be compared.
function compare.of(trace, before, path)
  if (trace.logical or false) ~= (before.logical or false) then
    return nil, "one of the two has no clock: steps and times cannot be compared"
  end
  local folded = math.max(#trace.tasks, #before.tasks) > MANY
  local now, old = sums_of(trace, folded), sums_of(before, folded)
  return { path = names.clean(path), now = whole_of(trace), before = whole_of(before),
    tasks = rows_of(now.tasks, old.tasks), objects = rows_of(now.objects, old.objects) }
end

--- "-40 %", "x 12", "new", "gone", "" where it is the same: from one number to another, nil where there is none.
function compare.change(now, before)
  if now and not before then return "new" end
  if before and not now then return "gone" end
  if not now or now == before then return "" end
  if before == 0 then return "from 0" end
  if now >= 10 * before then return ("x %d"):format((now / before + 0.5) // 1 | 0) end
  local percent = math.floor(100 * (now - before) / before + 0.5)
  return percent == 0 and "" or ("%+d %%"):format(percent)
end

return compare
