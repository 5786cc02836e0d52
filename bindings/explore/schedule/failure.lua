--- Failure: when two schedules fail in the same way.
--
-- An error, or an ipc.always, is the same where it comes from the same line; a deadlock, where the same tasks wait for
-- the same; the others, where they end alike.
local failure = {}

local function normal(text)
  return (text:gsub("%(pid %d+%)", ""):gsub("%d+%.?%d*", "N"):gsub("%s+", " "))
end

local function place(message)
  local first = message:match "^[^\n]*"
  return first:match "([^%s:]+:%d+):" or normal(first)
end

-- Whoever finds a circle tells it from itself on: so its parts are sorted.
local function circle(message)
  local parts = {}
  local text = message:match "deadlock: ([^\n]*)" or message
  for part in text:gmatch "[^;\n]+" do
    parts[#parts + 1] = part:gsub("%(pid %d+%)", ""):gsub("for %d[%d.]* m?s", ""):match "^%s*(.-)%s*$"
  end
  table.sort(parts)
  return table.concat(parts, ";")
end

local DETAILS = {
  error = function(run) return place(run.message or "") end,
  always = function(run) return place(run.message or "") end,
  deadlock = function(run) return circle(run.message or "") end,
  status = function(run) return tostring(run.status) end,
  crash = function(run) return tostring(run.status) end,
}

--- Whether the schedule failed at all.
function failure.is(run)
  return run.ending ~= "passed" and run.ending ~= "interrupted"
end

--- A text that is equal for equal failures; nil: it passed.
function failure.key(run)
  if not failure.is(run) then return nil end
  local detail = DETAILS[run.ending]
  return run.ending .. "|" .. (detail and detail(run) or "")
end

return failure
