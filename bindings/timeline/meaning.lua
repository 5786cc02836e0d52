--- Meaning: what an operation does to its object, by the object's kind and the operation's word.
local meaning = {}

local LOCKS = { lock = true, rlock = true, rwlock = true, condition = true, semaphore = true }
local TAKES = { acquire = true, try_acquire = true, read = true, write = true, hold = true }
local PUTS = { put = true, try_put = true, put_many = true, send = true }
local GETS = { get = true, try_get = true, get_many = true, recv = true, receive = true }
local HOLDERS = { queue = true, pipe = true, connection = true }

--- Whether the kind is of what a task can hold.
function meaning.is_lock(kind) return LOCKS[kind] or false end

--- "takes", "gives", "waits" (it gives, and takes again in the end), of a lock; "puts", "gets"; nil.
function meaning.of(kind, word)
  if LOCKS[kind] then
    if word == "release" then return "gives" end
    if kind == "condition" and (word == "wait" or word == "wait_for") then return "waits" end
    return TAKES[word] and (kind == "rwlock" or (word ~= "read" and word ~= "write")) and "takes" or nil
  end
  if not HOLDERS[kind] then return nil end
  return PUTS[word] and "puts" or GETS[word] and "gets" or nil
end

--- A function from object and operation (indexes) to what it does; it remembers.
function meaning.reader(trace)
  local known = {}
  for i = 0, #trace.objects do known[i] = {} end
  return function(object, operation)
    local of_object = known[object]
    local does = of_object[operation]
    if does == nil then
      does = object > 0 and meaning.of(trace.objects[object].kind, trace.operations[operation]) or false
      of_object[operation] = does
    end
    return does
  end
end

return meaning
