--- Diagnoser of things of one's own: each of two tasks makes one for itself, where one for all is meant.
local own = {}

local LOCKS = { lock = true, rlock = true, rwlock = true }
local KINDS = {
  semaphore = true, condition = true, event = true, barrier = true, latch = true, queue = true, value = true,
}

-- The first thing that the task has made, and that it alone has used, by kind and name.
local function made_by(story, task)
  local found = {}
  for subject, object in ipairs(story.objects) do
    local touchers = object.maker == task and (LOCKS[object.kind] or KINDS[object.kind]) and story.touchers[subject]
    if touchers and touchers[task] and not next(touchers, (next(touchers))) then
      local id = object.kind .. " " .. (object.name or "")
      found[id] = found[id] or object
    end
  end
  return found
end

local function text_of(case, object, first, second)
  local a, b = case.names:task(first), case.names:task(second)
  if LOCKS[object.kind] then
    return ("%s has a lock of its own, and so has %s: each makes one for itself, and keeps nobody out by it."):format(a,
      b)
  end
  return ("%s has %s %s of its own, and so has %s: each makes one for itself, and nobody else knows of it."):format(a,
    object.kind:find "^[aeiou]" and "an" or "a", object.kind, b)
end

--- Locks first.
function own.thing(case)
  local story, seen, other = case.story, {}, nil
  for _, task in ipairs(story.tasks) do
    if task.path ~= "0" then
      for id, object in pairs(made_by(story, task.path)) do
        if seen[id] and (not other or LOCKS[object.kind] and not LOCKS[other.kind]) then
          other = object
          case.own = text_of(case, object, seen[id], task.path)
        end
        seen[id] = seen[id] or task.path
      end
    end
  end
  return other and { text = case.own, notes = {} } or nil
end

return own
