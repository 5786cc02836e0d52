-- Lua code that runs while a message is read, and does as it likes.
local ipc = require "tidelock"
local PATIENCE = 20
local LONG = ("x"):rep(6000)

-- fn(f, get): f uses a module that is not loaded where it is received by
-- get(); loading it runs `meanwhile`
local function with_module(meanwhile, fn)
  local module = { answer = 42 }
  package.loaded.noisy = module
  package.preload.noisy = function() meanwhile(module) return module end
  local lock = ipc.lock("carried")
  local function f() local answer = module.answer return answer, LONG, lock end
  local ok, why = pcall(fn, f, function(get)
    package.loaded.noisy = nil
    local g = get()
    assert.equal(module, package.loaded.noisy)
    assert.same({ 42, LONG, lock }, { g() })
  end)
  package.loaded.noisy, package.preload.noisy = nil, nil
  if not ok then error(why, 0) end
end

-- puts and gets messages that need blocks of their own
local function churn()
  local q = ipc.queue()
  for i = 1, 20 do q:put(("y"):rep(6000 + i)) end
  for _ = 1, 10 do q:get() end
end

describe("a message whose reading loads a module", function()
  it("stays whole whatever the module sends and receives", function()
    local q, a, b = ipc.queue(), ipc.pipe()
    local t, first = ipc.table(), ipc.queue{ order = "priority" }
    with_module(churn, function(f, check)
      first:put(f, { priority = 1 })
      check(function() return first:get(0) end)
      q:put(f)
      q:put(f, nil)
      check(function() return q:get(0) end)
      check(function() return q:get_many(1)[1] end)
      a:send(f)
      check(function() return b:recv(0) end)
      t:set("f", f)
      check(function() return t:get("f") end)
      check(function() return t:get("f") end)
    end)
  end)

  it("stays whole where the module receives such a message too", function()
    local q, inner = ipc.queue(), ipc.queue()
    with_module(function()
      package.loaded.other = nil
      assert(inner:get(0)() == #LONG)
      churn()
    end, function(f, check)
      local other = { size = #LONG }
      package.preload.other = function() churn() return other end
      package.loaded.other = other
      inner:put(function() return other.size, LONG end)
      q:put(f)
      check(function() return q:get(0) end)
      package.loaded.other, package.preload.other = nil, nil
    end)
  end)

  it("stays whole as the result of a process", function()
    with_module(function() churn() collectgarbage() end, function(f, check)
      local task = ipc.spawn(function() return f end)
      assert(task:join(PATIENCE))
      check(function() return (task:result()) end)
      check(function() return (task:result()) end)
    end)
  end)

  it("stays whole as the result of a pool, also asked for twice", function()
    local function outcome(future)
      local found = future:get()
      return type(found) == "table" and found[1] or found
    end
    local future
    with_module(function(module)
      churn()
      package.loaded.noisy = module
      assert(outcome(future)() == 42)
    end, function(f, check)
      local pool = ipc.pool(1)
      for _, submit in ipairs{ pool.apply_async, pool.map_async } do
        future = submit(pool, function() return f end, { 1 })
        assert(future:wait(PATIENCE))
        check(function() return outcome(future) end)
      end
      pool:close()
    end)
  end)

  it("is told by the module's own words where it fails", function()
    local q = ipc.queue()
    with_module(function() churn() error("not today") end, function(f)
      q:put(f)
      package.loaded.noisy = nil
      local ok, why = pcall(q.get, q)
      assert.is_false(ok)
      assert.truthy(why:find('that uses module "noisy": .*not today'))
      q:put("next")
      assert.equal("next", q:get(0))
    end)
  end)
end)

describe("a message", function()
  it("stays whole whatever a module's __index sends and receives", function()
    local q = ipc.queue()
    -- a function in C that no other module has
    local match = ("a"):gmatch("a")
    local module = { match = match }
    package.loaded.noisy = module
    q:put(function() return match, LONG end)
    module.match = nil
    setmetatable(module, { __index = function() churn() return match end })
    local ok, f = pcall(q.get, q)
    package.loaded.noisy = nil
    assert(ok, f)
    assert.same({ match, LONG }, { f() })
  end)

  it("stays whole whatever a hook of calls sends and receives", function()
    local q, n = ipc.queue(), 0
    q:put{ LONG, function() return LONG end }
    local function hook()
      debug.sethook()
      churn()
      n = n + 1
      debug.sethook(hook, "cr")
    end
    debug.sethook(hook, "cr")
    local got = q:get(0)
    debug.sethook()
    assert.equal(LONG, got[1])
    assert.equal(LONG, got[2]())
    assert.truthy(n > 1)
  end)
end)
