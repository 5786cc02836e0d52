-- Where a far object is not as a near one: each row of bindings/remote/differences.lua, asserted.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises.lua"
local shows = dofile "spec/support/shows.lua"
local PATIENCE = 20

local near, far = both[1], both[2]
if not far then return end

package.path = "bindings/?.lua;" .. package.path
local differences = dofile "bindings/remote/differences.lua"

-- By the first words of a row.
local CHECKS = {
  ["an object's title"] = function()
    assert.truthy(tostring(near.lock()):find '^lock#%d+ "')
    assert.truthy(tostring(far.lock()):find '^lock "[^"]+" at redis%+unix:')
  end,
  ["functions do not travel"] = function()
    local q = far.queue()
    raises("put: cannot send value: a function cannot leave its", q.put, q, function() end)
    local engine = dofile "spec/support/engine.lua"
    raises("open: functions do not go to another machine: put them into a module", ipc.open,
      engine.shared():address "specs", { functions = true })
  end,
  ["value:update and table:update"] = function()
    for _, at in ipairs(both) do
      local t, calls = at.table{ n = 1 }, 0
      local writer
      local new = t:update("n", function(n)
        calls = calls + 1
        if calls == 1 then
          writer = ipc.spawn(function() return t:set("n", 10) end)
          if at.far then writer:join(PATIENCE) end
        end
        return n + 1
      end)
      assert.is_true(writer:join(PATIENCE))
      assert.equal(at.far and 2 or 1, calls)
      assert.equal(at.far and 11 or 2, new)
      local v = at.value(7)
      assert.equal(at.far, pcall(coroutine.wrap(function() v:update(coroutine.yield) end)))
      assert.equal(at.far, pcall(coroutine.wrap(function() t:update("n", coroutine.yield) end)))
      assert.same({ 7, at.far and 11 or 10 }, { v:get(), t.n })
    end
  end,
  ["a ttl"] = function()
    local t = far.table()
    t:set("k", 1, { ttl = 1e-9 })
    await(function() return t.k == nil end)
  end,
  ["a new table"] = function()
    local contents = {}
    for n = 1, 2001 do contents[n] = n end
    assert.equal(2001, #near.table(contents))
    raises("table: the contents have more than 2000 keys; set the others afterwards", far.table, contents)
  end,
  ["s.pipe(name)"] = function()
    assert.has_error(function() return near.space().pipe end)
    local name = far.fresh "pipe"
    local a, b = far.space().pipe(name)
    assert.equal(a, (far.space().pipe(name)))
    local other = ipc.spawn(function()
      local _, mine = far.space().pipe(name)
      return mine:send("by name")
    end)
    assert.equal("by name", a:recv(PATIENCE))
    assert.is_true(other:join(PATIENCE))
    assert.is_true(b:close())
  end,
  ["an end of a pipe"] = function()
    for _, at in ipairs(both) do
      local a, b = at.pipe()
      local go = ipc.event()
      local child = ipc.spawn(function()
        go:wait()
        return b:send("late")
      end)
      b:send("first")
      b:close()
      assert.equal("first", a:recv(PATIENCE))
      local value, why = a:recv(0.05)
      assert.same({ nil, at.far and "closed" or "timeout" }, { value, why })
      go:set()
      child:join(PATIENCE)
    end
  end,
  ["pipe:close by one thread"] = function()
    local a, b = far.pipe()
    b:send("here")
    assert.is_true(ipc.thread(function(given) return given:close() end, b):start():result(PATIENCE))
    assert.equal("here", a:recv(PATIENCE))
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
  end,
  ["s:remove()"] = function()
    local engine = dofile "spec/support/engine.lua"
    local address = engine.shared():address "removed"
    local s = ipc.open(address)
    s.value("v", 1)
    assert.is_true(s:remove())
    assert.equal(s, ipc.open(address))
    assert.same({}, s:list())
  end,
  ["ipc.fd(object)"] = function()
    raises("fd: what is on a server has no descriptor here %(queue", ipc.fd, far.queue())
    raises("ps: it looks into spaces of this machine, and this is on a server %(space", ipc.ps, far.space())
    raises("and this is on a server %(queue", ipc.ps, far.queue())
    assert.truthy(#far.space():members() > 0)
  end,
  ["a deadlock of all tasks"] = function()
    local engine, shell = dofile "spec/support/engine.lua", dofile "spec/support/shell.lua"
    local alone = 'local ipc = require "tidelock" local q = %s q:get()'
    local _, err, status = shell.script(alone:format "ipc.queue()", nil, 20)
    assert.equal(3, status, err)
    local address = engine.shared():address "deadlock"
    _, err, status = shell.script(alone:format(("ipc.open(%q).queue 'q'"):format(address)), nil, 1)
    assert.equal(124, status, err) -- it waits until its time is over
    assert.is_nil(err:find("deadlock", 1, true), err)
  end,
  ["what is handed to a task"] = function()
    for _, redeliver in ipairs{ false, true } do
      local q = far.queue{ redeliver = redeliver }
      local victim = ipc.spawn(function() q:get() end)
      shows(q, "1 getting")
      victim:suspend()
      q:put("in its hands")
      assert.equal(0, #q)
      victim:kill()
      victim:join()
      if redeliver then
        assert.equal("in its hands", q:get(PATIENCE))
      else
        shows(q, "0 getting")
        assert.same({ nil, "empty" }, { q:get(0.05) })
      end
    end
  end,
  ["a pipe holds"] = function()
    local a, b = far.pipe()
    for _ = 1, 10000 do assert.is_true(a:send("m", 0)) end
    assert.same({ nil, "timeout" }, { a:send("m", 0) })
    assert.equal("m", b:recv(0))
    assert.is_true(a:send("m", 0))
  end,
  ["a task whose host"] = function()
    local engine = dofile "spec/support/engine.lua"
    local server = engine.start()
    local v = ipc.open{ name = server:address "lost", lease = 2 }.value("v", 1)
    server:kill()
    raises("get: lost: ", v.get, v)
  end,
}

describe("a difference", function()
  it("is that a far space has no arrays and buffers, and says what to use", function()
    for kind, why in pairs(differences.refused) do
      local given = { array = { "int8", 8 }, buffer = { 8 } }
      assert.is_true(pcall(near.space()[kind], near.fresh(kind), table.unpack(given[kind])))
      local ok, text = pcall(far.space()[kind], far.fresh(kind), 8)
      assert.truthy(not ok and text:find(kind .. ": " .. why, 1, true), text)
    end
  end)

  for _, row in ipairs(differences.rows) do
    it("is that " .. row, function()
      local check
      for words, one in pairs(CHECKS) do
        if row:sub(1, #words) == words then check = one end
      end
      assert(check, "nothing asserts this")
      check()
    end)
  end

  it("is in the list for each check", function()
    for words in pairs(CHECKS) do
      local found
      for _, row in ipairs(differences.rows) do found = found or row:sub(1, #words) == words end
      assert.truthy(found, words)
    end
  end)
end)
