-- Models for fake_host.lua.
local models = {}

-- Starts tasks with these bodies, and joins them.
local function together(world, bodies)
  local started = {}
  for i, body in ipairs(bodies) do started[i] = world.start("task-" .. i, body) end
  for _, process in ipairs(started) do world.join(process) end
end

--- n tasks of k steps each, of the same value, or of one each.
function models.steps(n, k, same)
  return function(world)
    local values, bodies = {}, {}
    for i = 1, n do values[i] = world.value(0) end
    for i = 1, n do
      bodies[i] = function()
        for step = 1, k do values[same and 1 or i].set(step) end
      end
    end
    together(world, bodies)
  end
end

--- Two add to a value, without a lock.
function models.lost_update(world)
  local till = world.value(0, "till")
  local function add() till.set(till.get() + 1) end
  together(world, { add, add })
  world.outcome(till.get())
  assert(till.get() == 2, "lost")
end

--- The same with a lock.
function models.locked_update(world)
  local till, lock = world.value(0, "till"), world.lock "lock"
  local function add()
    lock.acquire()
    till.set(till.get() + 1)
    lock.release()
  end
  together(world, { add, add })
  assert(till.get() == 2, "lost")
end

--- Two locks in two orders.
function models.two_orders(world)
  local a, b = world.lock "a", world.lock "b"
  local function both(first, second)
    return function()
      first.acquire()
      second.acquire()
      second.release()
      first.release()
    end
  end
  together(world, { both(a, b), both(b, a) })
end

--- Of eight tasks one must be late; it fails where the first is behind all others.
function models.late(world)
  local order = world.value(0)
  local bodies = {}
  for i = 1, 8 do
    bodies[i] = function()
      local seen = order.get()
      if i == 1 and seen == 7 then error("late", 0) end
      order.set(seen + 1)
    end
  end
  together(world, bodies)
end

--- A bug behind `n` steps that concern nobody, which needs two pre-emptions.
function models.hidden(n)
  return function(world)
    local flag, stage = world.value(0, "flag"), world.value(0, "stage")
    local own = world.value(0, "own")
    together(world, {
      function()
        for i = 1, n do own.set(i) end
        flag.set(1)
        flag.set(0)
        stage.set(1)
        stage.set(0)
      end,
      function() if flag.get() == 1 and stage.get() == 1 then error("seen both", 0) end end,
    })
  end
end

models.small = {
  ["a value"] = models.steps(2, 2, true),
  ["three values"] = models.steps(3, 1, false),
  ["a lock"] = function(world)
    local lock = world.lock()
    local function enter()
      lock.acquire()
      lock.release()
    end
    together(world, { enter, enter })
  end,
  ["a queue"] = function(world)
    local queue, value = world.queue(), world.value(0)
    together(world, {
      function() queue.put(1) value.set(1) end,
      function() value.get() queue.get() end,
    })
  end,
  ["an array"] = function(world)
    local array = world.array(2)
    together(world, {
      function() array.set(1, 1) array.set(2, 1) end,
      function() array.get(2) array.get(1) end,
    })
  end,
  ["readers"] = function(world)
    local value = world.value(0)
    local function read() value.get() end
    together(world, { read, read, function() value.set(1) end })
  end,
  ["sleepers"] = function(world)
    local value = world.value(0)
    together(world, {
      function() value.set(1) world.sleep(1) value.set(2) end,
      function() world.sleep(1) value.get() end,
    })
  end,
  ["a task of a task"] = function(world)
    local value = world.value(0)
    together(world, {
      function() world.join(world.start("inner", function() value.set(1) end)) end,
      function() value.set(2) end,
    })
  end,
}

return models
