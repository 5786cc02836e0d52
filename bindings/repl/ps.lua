--- Ps: the list that `ipc.ps` returns, as a table for people.
local pretty = require "terminal.pretty"
local terminal_text = require "terminal.text"

local ps = {}

-- what a script may replace, as it was in the beginning
local type, rawget, rawlen, ipairs = type, rawget, rawlen, ipairs
local concat, move = table.concat, table.move

local HEADING = { "NAME", "PID", "STATE", "FOR", "AT", "HOLDS", "WAITS FOR" }
local WAITS = #HEADING

local function is_task(value)
  return type(value) == "table" and type(rawget(value, "name")) == "string" and rawget(value, "pid") ~= nil and
    rawget(value, "state") ~= nil and type(rawget(value, "holds")) == "table"
end

--- Whether a value is such a list.
function ps.is_list(value)
  if type(value) ~= "table" or rawlen(value) == 0 then return false end
  for i = 1, rawlen(value) do
    if not is_task(rawget(value, i)) then return false end
  end
  return true
end

local function row_of(task)
  return { task.name, ("%d"):format(task.pid), task.state, task.since and ("%.1f s"):format(task.since) or "",
    task.where or "", concat(task.holds, ", "), task.waits or "" }
end

local function widest(text)
  local most = 0
  for line in text:gmatch "[^\n]+" do most = math.max(most, terminal_text.width(line)) end
  return most
end

-- What each waits for in a line of its own, below the task's.
local function folded(rows)
  local short, lines = {}, {}
  for i, row in ipairs(rows) do short[i] = move(row, 1, WAITS - 1, 1, {}) end
  local i = 0
  for line in pretty.columns(short):gmatch "[^\n]+" do
    i = i + 1
    lines[#lines + 1] = line
    if i > 1 and rows[i][WAITS] ~= "" then lines[#lines + 1] = "  waits to " .. rows[i][WAITS] end
  end
  return concat(lines, "\n")
end

--- A line a task, and a heading; two lines where one is too long for `width`.
---@return string
function ps.text(list, width)
  local rows = { HEADING }
  for _, task in ipairs(list) do rows[#rows + 1] = row_of(task) end
  local text = pretty.columns(rows)
  return widest(text) <= width and text or folded(rows)
end

return ps
