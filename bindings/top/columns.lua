--- Columns: tables of a picture, as lines of a certain width; columns that have no room are left out.
local text = require "terminal.text"

local columns = {}

local GAP = 1

local function seconds(value) return value and ("%.1f s"):format(value) or "" end
local function number(format)
  return function(value) return value and format:format(value) or "" end
end

local function above_0(format, value) return value > 0 and format:format(value) or "" end
local function at_space(row) return row.space and " @" .. row.space or "" end

local BAR = 8

--- How full something is, in eight columns.
function columns.bar(depth, most)
  if not depth then return (" "):rep(BAR) end
  if not most or most == 0 then return text.fit(("%d"):format(depth), BAR, true) end
  local full = math.min(BAR, math.ceil(depth / most * BAR))
  local sign, rest = text.ascii and "#" or "█", text.ascii and "." or "░"
  return sign:rep(full) .. rest:rep(BAR - full)
end

-- A column: its heading, its width, from which width of the screen on it is there, how its cell is read, and `right`.
-- The last one takes what is left.
columns.tasks = {
  { "NAME", 16, 0, function(task) return (task.indent or "") .. task.name .. at_space(task) end },
  { "PID", 7, 40, function(task) return task.pid ~= 0 and ("%d"):format(task.pid) or "" end, right = true },
  { "STATE", 8, 0, function(task) return task.state end },
  { "SINCE", 9, 50, function(task) return seconds(task.since) end, right = true },
  { "CPU%", 5, 64, function(task) return number "%.0f"(task.cpu) end, right = true },
  { "SLEEP/S", 7, 100, function(task) return number "%.0f"(task.sleep_rate) end, right = true },
  { "WAITS FOR, AT, HOLDS", nil, 0, function(task) return columns.doing(task) end },
}

columns.objects = {
  { "OBJECT", 22, 0, function(object) return object.title .. at_space(object) end },
  { "DEPTH", BAR, 50, function(object) return columns.bar(object.depth, object.most) end },
  { "WAIT", 4, 40, function(object) return above_0("%d", object.waiters) end, right = true },
  { "LONGEST", 9, 64, function(object) return above_0("%.1f s", object.longest) end, right = true },
  { "OP/S", 7, 80, function(object) return number "%.0f"(object.rate) end, right = true },
  { "STATE", nil, 0, function(object) return object.state end },
}

--- What a task waits for, where, and what it holds, as one text.
function columns.doing(task)
  local parts = {}
  if task.waits ~= "" then parts[#parts + 1] = task.waits end
  if task.where ~= "" then parts[#parts + 1] = "at " .. task.where end
  if #task.holds > 0 then parts[#parts + 1] = "holds " .. table.concat(task.holds, ", ") end
  return table.concat(parts, ", ")
end

-- The widest name decides how wide the first column is, within bounds.
local function first_width(list, rows, width)
  local widest = list[1][2]
  for _, row in ipairs(rows) do widest = math.max(widest, text.width(list[1][4](row))) end
  return math.min(widest, math.max(list[1][2], width // 4), width)
end

--- The lines of a table: its heading first.  `rows` are those to be shown, `all` those that widths come from; the last
-- column is not cut with `whole`.
function columns.lines(list, rows, width, all, whole)
  local lines, first = {}, first_width(list, all or rows, width)
  local function line(cell)
    local cells, used = {}, 0
    for i, column in ipairs(list) do
      if width >= column[3] then
        local wide = i == 1 and first or column[2] or math.max(0, width - used)
        local value = text.printable(cell(column))
        if column[2] or not whole then value = text.fit(value, wide, column.right) end
        cells[#cells + 1] = value
        used = used + wide + GAP
      end
    end
    return (table.concat(cells, (" "):rep(GAP)):gsub(" +$", ""))
  end
  lines[1] = line(function(column) return column[1] end)
  for i, row in ipairs(rows) do
    lines[i + 1] = line(function(column) return column[4](row) end)
  end
  return lines
end

return columns
