--- What a step says in a cell of the table.
local words = {}

-- What goes into the object, and what comes out of it: on which side of the arrow the object stands.
local INTO = { put = true, send = true, set = true, add = true, write = true, submit = true }

-- In which state the object lets nobody pass.
local BARS = {
  queue = { put = "is full", get = "is empty", join = "has work that is not done" },
  pipe = { recv = "is empty", send = "is full", poll = "is empty" },
  barrier = { wait = "is not complete" }, latch = { wait = "is not at 0" },
  semaphore = { acquire = "is at 0" }, event = { wait = "is not set" },
}

local LOCKS = { lock = true, rlock = true, rwlock = true }

-- Whether the call waits for a lock: a condition has one, too.
local function is_lock(step)
  return LOCKS[step.kind] or step.kind == "condition" and step.op == "acquire"
end

-- "set .soup = 2" and the object: set table "menu".soup = 2
local function with_part(call, title)
  local verb, rest = call:match "^([gs]et) ([%.%[].*)$"
  if verb then return ("%s %s%s"):format(verb, title, rest) end
end

-- add "soup", 2 of a table, or add 3, 2 of an array.
local function addition(step, title)
  local by = step.op == "add" and step.part and step.call and step.call:match "^add [^,]+, ([^,]+)$"
  return by and ("add %s to %s%s"):format(by, title, step.part)
end

-- Of a file: with which mode it is opened and what is written, not how much is read.
local function of_file(step, title, call)
  if step.op == "read" then return "read " .. title end
  if step.op == "rename" then return (step.call and "rename " or "rename to ") .. title end
  local verb, rest = call:match "^(%S+) (.*)$"
  return ("%s %s%s"):format(verb or call, title, rest and " " .. rest or "")
end

-- The call with its object at its place.
local function call_of(step, title)
  local call = step.call or step.op or "?"
  if addition(step, title) then return addition(step, title) end
  if not step.kind and type(step.subject) == "string" then return of_file(step, title, call) end
  if title == "" then return call end
  if with_part(call, title) then return with_part(call, title) end
  local verb, rest = call:match "^(%S+) (.*)$"
  if not verb then return call .. " " .. title end
  if verb == "add" then return ("add %s to %s"):format(rest, title) end
  if INTO[verb] then return ("%s -> %s"):format(call, title) end
  return ("%s %s, %s"):format(verb, title, rest)
end

-- true says nothing; what was put, set or taken does.
local function result_of(step)
  local result = step.result
  if not result or result == "" or result == "userdata" then return "" end
  local tells = step.access == "reads" or step.op == "compare_set" or step.op == "wait"
  return (result ~= "true" or tells) and " -> " .. result or ""
end

local function state_of(step)
  return step.state and step.state ~= "" and (" (%s)"):format(step.state) or ""
end

local function waits_for_lock(step, title, names)
  local holders = step.holders or {}
  local why = #holders > 0 and (" (%s %s it)"):format(names:list(holders), #holders > 1 and "have" or "has") or ""
  return ("waits for %s%s"):format(title, why)
end

-- A call in which the task stays.
local function waiting(step, title, names)
  local verb = step.opening == step and "waits" or "still waits"
  if step.op == "sleep" then return (step.call or "sleep") end
  if step.kind == "process" or step.kind == "thread" then
    return ("%s for %s to end"):format(verb, title:match '"(.*)"' or title)
  end
  if is_lock(step) then return (waits_for_lock(step, title, names):gsub("^waits", verb)) end
  if step.kind == "condition" then return ("%s for a notify of %s"):format(verb, title) end
  local bar = step.kind and BARS[step.kind] and BARS[step.kind][step.op]
  local call = step.call or step.op
  if bar then return ("%s%s, %s %s"):format(call == "wait" and "" or call .. ": ", verb, title, bar) end
  return ("%s: %s"):format(call_of(step, title), verb)
end

-- Who heard it.
local function heard(step, names)
  if step.op ~= "notify" and step.op ~= "notify_all" then return "" end
  if step.wakes then return (" (wakes %s)"):format(names:list(step.wakes)) end
  if #(step.waiters or {}) == 0 then return " (nobody waits)" end
  if step.op == "notify" and #step.waiters > 1 then return (" (%d wait)"):format(#step.waiters) end
  return (" (wakes %s)"):format(names:list(step.waiters))
end

-- The end of a call in which the task has waited.
local function continued(step, title)
  local late = step.how == "late" and "time is over: " or ""
  if step.op == "sleep" then return "has slept" end
  if is_lock(step) then
    if late ~= "" then return late .. call_of(step, title) .. result_of(step) end
    return ("now has %s%s"):format(title, result_of(step))
  end
  if step.kind == "condition" and late == "" then return "is woken by " .. title .. result_of(step) end
  if step.kind == "process" or step.kind == "thread" then return title .. " has ended" end
  return late .. call_of(step, title) .. result_of(step) .. state_of(step)
end

--- The text of a step; `plain` leaves out the object that all steps of the table are about.
function words.of(step, names, plain)
  if step.how == "dies" then return step.killed and "is killed here" or "dies" end
  if step.how == "starts" then return "starts" end
  if step.op == "end" then return "ends" end
  local title = step.subject and names:cell(step.subject) or ""
  if plain and step.subject == plain then title = "" end
  if step.waits then return waiting(step, step.subject and names:cell(step.subject) or "", names) end
  if step.opening ~= step then return continued(step, step.subject and names:cell(step.subject) or "") end
  return call_of(step, title) .. result_of(step) .. heard(step, names) .. state_of(step)
end

return words
