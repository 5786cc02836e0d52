--- The world of a fake host (fake_host.lua): the objects that a model makes, and what it calls.
-- The nearest line of the model.
local function where()
  for level = 2, 20 do
    local info = debug.getinfo(level, "Sl")
    if not info then break end
    if info.currentline > 0 and not info.short_src:find("/fake_", 1, true) then
      return info.short_src:match "[^/]*$", info.currentline
    end
  end
end

--- The world of a schedule.
return function(self)
  local world = {}

  -- Announces it, and does it as a step; `attempt` returns whether it is done, else it sleeps; nil: it was too late.
  local function operate(name, op, access, object, attempt, more)
    local task = self.running
    more = more or {}
    task.intent = { name = name, op = op, access = access, object = object, key = more.key }
    task.intent.file, task.intent.line = where()
    coroutine.yield()
    while true do
      local done, value = attempt()
      if done then return value end
      if task.late then task.late = nil return nil end
      task.sleeps, task.object = true, object
      task.deadline = more.timeout and self.now + more.timeout or nil
      if object then table.insert(object.waiters, task) end
      coroutine.yield()
    end
  end

  function world.start(name, body)
    local object = self:object("process", name)
    operate("PROCESS_START", "start", "makes", object, function()
      local parent = self.running
      local task = self:task(name, function()
        body(world)
        operate("END", "end", "ends", nil, function() return true end)
      end, parent)
      task.process, object.task = object, task
      return true
    end)
    return object
  end

  function world.join(process)
    operate("PROCESS_JOIN", "join", "reads", process, function() return process.task.ended end)
  end

  function world.lock(name)
    local lock = self:object("lock", name)
    function lock.acquire()
      operate("LOCK_ACQUIRE", "acquire", "writes", lock, function()
        if lock.holder then return false end
        lock.holder = self.running
        return true
      end)
    end
    function lock.release()
      operate("LOCK_RELEASE", "release", "writes", lock, function()
        lock.holder = nil
        self:wake_one(lock)
        return true
      end)
    end
    return lock
  end

  function world.value(number, name)
    local value = self:object("value", name)
    function value.get()
      return operate("VALUE_GET", "get", "reads", value, function() return true, number end)
    end
    function value.set(new)
      operate("VALUE_SET", "set", "writes", value, function() number = new return true end)
    end
    return value
  end

  function world.array(n, name)
    local array, slots = self:object("array", name), {}
    for i = 1, n do slots[i] = 0 end
    function array.get(i)
      return operate("ARRAY_GET", "get", "reads", array, function() return true, slots[i] end, { key = i })
    end
    function array.set(i, new)
      operate("ARRAY_SET", "set", "writes", array, function() slots[i] = new return true end, { key = i })
    end
    return array
  end

  function world.queue(name)
    local queue, items = self:object("queue", name), {}
    function queue.put(item)
      operate("QUEUE_PUT", "put", "writes", queue, function()
        table.insert(items, item)
        self:wake_one(queue)
        return true
      end)
    end
    function queue.get(timeout)
      return operate("QUEUE_GET", "get", "writes", queue, function()
        if #items == 0 then return false end
        return true, table.remove(items, 1)
      end, { timeout = timeout })
    end
    return queue
  end

  function world.sleep(seconds)
    local woken = false
    operate("SLEEP", "sleep", "reads", nil, function()
      local done = woken
      woken = true
      return done
    end, { timeout = seconds })
  end

  function world.choose(n)
    operate("CHOOSE", "choose", "reads", nil, function() return true end)
    local answer = self:pick(n, function(move) return math.tointeger(tonumber(move:match "^=(%d+)$")) end)
    self:record{ task = self.running.path, how = "answer", answer = answer, of = n }
    return answer
  end

  function world.always(condition, message)
    local file, line = where()
    if not condition then error({ always = ("%s:%d: %s"):format(file, line, message) }, 0) end
  end

  function world.sometimes(condition, label)
    self.labels[label] = self.labels[label] or condition and true or false
  end

  function world.outcome(text) self.outcome = tostring(text) end
  return world
end
