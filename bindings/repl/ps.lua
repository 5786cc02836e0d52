--- Ps: the list that `ipc.ps` returns, as a table for people.
local pretty = require "repl.pretty"

local ps = {}

local HEADING = { "NAME", "PID", "STATE", "FOR", "AT", "HOLDS", "WAITS FOR" }

local function is_task(value)
  return type(value) == "table" and type(rawget(value, "name")) == "string" and rawget(value, "pid") ~= nil and
    rawget(value, "state") ~= nil and type(rawget(value, "holds")) == "table"
end

--- Whether a value is such a list.
function ps.is_list(value)
  if type(value) ~= "table" or #value == 0 then return false end
  for _, task in ipairs(value) do
    if not is_task(task) then return false end
  end
  return true
end

local function row_of(task)
  return { task.name, ("%d"):format(task.pid), task.state, task.since and ("%.1f s"):format(task.since) or "",
    task.where or "", table.concat(task.holds, ", "), task.waits or "" }
end

--- A line a task, and a heading.
---@return string
function ps.text(list)
  local rows = { HEADING }
  for _, task in ipairs(list) do rows[#rows + 1] = row_of(task) end
  return pretty.columns(rows)
end

return ps
