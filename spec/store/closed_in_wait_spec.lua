-- What a function for a signal closes while its task waits for it.
local ipc = require "tidelock"
local PATIENCE = 20

local function close(object) debug.getmetatable(object).__close(object) end

-- A process that waits by `wait`, and meanwhile closes the object and takes others, in a function for a signal.
local function waits_and_closes(object, wait)
  local closed, others = ipc.event(), {}
  local p = ipc.spawn(function()
    ipc.on_signal("USR1", function()
      close(object)
      for i = 1, 5 do others[i] = ipc.queue() end
      closed:set()
    end)
    return wait()
  end)
  repeat ipc.yield() until tostring(object):find "1 getting" or tostring(object):find "1 receiving"
  p:signal(10)
  assert(closed:wait(PATIENCE))
  assert.same({}, others)
  return p
end

describe("an object that is closed amid a wait for it", function()
  for _, order in ipairs{ "fifo", "priority" } do
    it("a queue of order " .. order .. ", holds up no join by what the wait has got", function()
      local q = ipc.queue{ order = order }
      local p = waits_and_closes(q, function() return q:get(PATIENCE) end)
      q:put("item")
      assert.equal("item", p:result(PATIENCE))
      assert.same({ true, "abandoned" }, { q:join(PATIENCE) })
    end)
  end

  it("a queue, counts what was got before as abandoned at once", function()
    local q = ipc.queue()
    q:put(1)
    local p = waits_and_closes(q, function()
      assert(q:get() == 1)
      return q:get(PATIENCE)
    end)
    assert.same({ true, "abandoned" }, { q:join(PATIENCE) })
    q:put("item")
    assert.equal("item", p:result(PATIENCE))
  end)

  it("an end of a pipe, is held no more", function()
    local a, b = ipc.pipe()
    local p = waits_and_closes(a, function() return a:recv(PATIENCE) end)
    a:close()
    assert.same({ nil, "closed" }, { b:recv(PATIENCE) })
    assert.same({ nil, "closed" }, { p:result(PATIENCE) })
  end)
end)
