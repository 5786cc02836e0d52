--- Line: who waits for something, in their order: a list of "SESSION.TASK.SEQ", named as its key is without the prefix
-- of the space.
--
-- That nobody is in one is remembered: most are empty, and requests look at them all the time.
local engine = ...
local call, store = engine.call, engine.store

local line = {}
engine.line = line

local lines -- by name: key; is_empty, where that is known
store.on_enter(function(memory)
  lines = memory.lines or {}
  memory.lines = lines
end)

local function make(name)
  local made = { key = store.key(name) }
  lines[name] = made
  store.remember()
  return made
end

--- Adds one, behind all others.
function line.add(name, waiter)
  local found = lines[name] or make(name)
  found.is_empty = nil
  call("RPUSH", found.key, waiter)
end

--- The first one, who stays there; nil: there is none.
function line.first(name)
  local found = lines[name] or make(name)
  if found.is_empty then return nil end
  local waiter = call("LINDEX", found.key, "0")
  found.is_empty = not waiter
  return waiter or nil
end

--- Takes the first one out; nil: there is none.
function line.take(name)
  local found = lines[name] or make(name)
  if found.is_empty then return nil end
  local waiter = call("LPOP", found.key)
  found.is_empty = not waiter
  return waiter or nil
end

--- How many there are.
function line.length(name)
  local found = lines[name] or make(name)
  if found.is_empty then return 0 end
  local length = call("LLEN", found.key)
  found.is_empty = length == 0
  return length
end

--- Takes one out, wherever it is.  Whether it was there.
function line.remove(name, waiter)
  local found = lines[name] or make(name)
  return not found.is_empty and call("LREM", found.key, "1", waiter) == 1
end

--- Gives those who are there now to a line of another name, and leaves none.
function line.move(name, to)
  local found = lines[name] or make(name)
  call("RENAME", found.key, store.key(to))
  found.is_empty = true
end
