--- Words: what a step says in a cell of a lab's table: a sentence of which the task is the subject.
local general = require "explore.explain.words"

local words = {}

local LOCKS = { lock = true, rlock = true, rwlock = true, semaphore = true }
local OF_LAB = { enters = true, leaves = true, passes = true, ["arrives at"] = true, ["looks at"] = true }

--- What a step does to which stage or mark (judge/things): "enters", "the hall", and the story's words for it, or nil;
--- nil alone: it is none of these.
function words.act(step)
  local text = step.kind == "value" and step.call or ""
  local verb, rest = text:match "^(%l+ at) (.*)$"
  if not OF_LAB[verb] then verb, rest = text:match "^(%l+) (.*)$" end
  if not OF_LAB[verb] then return nil end
  local name, own = rest:match "^(.*) | (.*)$"
  return verb, name or rest, own
end

--- Whether the step is one of a stage or a mark.
function words.is_of_lab(step) return words.act(step) ~= nil end

--- Of such a step, in words: "enters the hall".
function words.told(step)
  local verb, name, own = words.act(step)
  return own or verb .. " " .. name
end

--- Whether it is only the world that looks at a number.
function words.is_look(step)
  return words.act(step) == "looks at"
end

--- till, file.stock, orders: the name alone, with the part that the step is about.
function words.name(step, names)
  if not step.subject then return "" end
  local title = names:object(step.subject)
  return (title:match '"(.*)"' or title:match "^%a+ (%a.*)$" or title) .. (step.part or "")
end

-- What was given to the call, without its name: `3` of `put 3`.
local function argument(step)
  local text = (step.call or ""):match "^%S+ (.+)$" or ""
  return text:match "= (.+)$" or text
end

local function state_of(step)
  return step.state and step.state ~= "" and (" (%s)"):format(step.state) or ""
end

local function result(step)
  local text = step.result
  return text and text ~= "" and text ~= "userdata" and text or nil
end

-- true says nothing; what stands behind it does (true, "abandoned").
local function outcome(step)
  local text = result(step)
  if not text or text == "true" then return "" end
  return " -> " .. text
end

local DATA = {
  get = function(step, name) return ("reads %s%s"):format(name, result(step) and ": " .. result(step) or "") end,
  set = function(step, name)
    local value = argument(step)
    return ("writes %s = %s"):format(name, step.kind == "value" and value or value:match "([^,]*)$":match "^%s*(.*)$")
  end,
  add = function(step, name)
    local by = argument(step)
    by = step.kind ~= "value" and by:match ",%s*(.*)$" or by
    return ("adds %s to %s%s"):format(by ~= "" and by or "1", name, result(step) and ": " .. result(step) or "")
  end,
}

local function of_lock(step, name)
  if step.op == "acquire" or step.op == "read" or step.op == "write" then
    local how = step.op ~= "acquire" and (" for %sing"):format(step.op == "write" and "writ" or "read") or ""
    return ("takes %s%s%s%s"):format(name, how, outcome(step), state_of(step))
  elseif step.op == "release" then
    return ("gives %s back%s"):format(name, state_of(step))
  elseif step.op == "holder" then
    local who = result(step)
    return ("asks who has %s: %s"):format(name, who and who ~= "nil" and who:gsub('"', "") or "nobody")
  end
end

local function of_queue(step, name)
  if step.op == "put" then
    local given = argument(step)
    return ("puts %s into %s%s%s"):format(given:match "^(.+), [%d.]+$" or given, name, outcome(step), state_of(step))
  end
  if step.op == "get" then return ("takes %s from %s%s"):format(result(step) or "", name, state_of(step)) end
end

local function plain(step, names)
  local name = words.name(step, names)
  local data = step.kind == "value" or step.kind == "table" or step.kind == "array"
  if data and DATA[step.op] then return DATA[step.op](step, name) end
  if LOCKS[step.kind] or step.kind == "condition" then return of_lock(step, name) end
  if step.kind == "queue" then return of_queue(step, name) end
end

-- Who has it is told where that matters, by the steps before and the reason below.
local function waits_for_lock(step)
  return step.waits and (LOCKS[step.kind] or step.kind == "condition" and step.op == "acquire")
end

-- The end of a take in which the task has waited.
local function has_now(step, names)
  if step.kind == "semaphore" and step.op == "acquire" and step.opening ~= step and not step.waits
    and step.how ~= "late" then
    return ("now has %s%s%s"):format(words.name(step, names), outcome(step), state_of(step))
  end
end

-- A barrier of the world's, or the student's.
local function waits_at_barrier(step)
  return step.waits and step.kind == "barrier"
end

--- The text of a step, as explore/explain/words has it for others.
function words.of(step, names, only)
  if words.is_of_lab(step) then
    local text = step.result and step.result ~= "" and (" (%s)"):format(step.result) or ""
    return words.told(step) .. text .. (step.said and ": " .. step.said or "")
  end
  if waits_for_lock(step) then
    return "waits for " .. words.name(step, names)
  end
  if waits_at_barrier(step) then return ("waits at %s for the others"):format(words.name(step, names)) end
  local text = step.op ~= "end" and step.how ~= "dies" and step.how ~= "starts" and not step.waits
    and step.opening == step and plain(step, names) or has_now(step, names) or general.of(step, names, only)
  return text .. (step.said and ": " .. step.said or "")
end

return words
