-- Finalizers run at any allocation, and in Lua 5.3 raise there what they raise.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"

local PATIENCE = 20

-- Calls f while the collector runs at each allocation.
local function collecting(f)
  local pause, multiplier = collectgarbage("setpause", 1), collectgarbage("setstepmul", 100000)
  local good, why = pcall(f)
  collectgarbage("setpause", pause)
  collectgarbage("setstepmul", multiplier)
  while not pcall(collectgarbage) do end -- what raises does so here
  assert(good, why)
end

-- Leaves garbage whose finalizers raise, for the next allocation to collect.
local function litter()
  collectgarbage "stop"
  for _ = 1, 5 do setmetatable({}, { __gc = function() error("finalizer", 0) end }) end
  collectgarbage "restart"
end

for _, at in ipairs(_VERSION == "Lua 5.3" and both.here or {}) do
  describe("what a finalizer raises " .. at.where, function()
    for _, kind in ipairs{ "lock", "rlock", "semaphore" } do
      it("leaves nothing held by hold and with: " .. kind, function()
        local object = kind == "semaphore" and at.semaphore(1) or at[kind]()
        local function nothing() end
        local function hold()
          litter()
          local held = object.hold and object:hold()
          while held and not pcall(held.release, held) do end
        end
        local function with()
          litter()
          object:with(nothing)
        end
        collecting(function()
          for _ = 1, 50 do
            pcall(hold)
            pcall(with)
          end
        end)
        assert.is_true(ipc.spawn(function() return (object:acquire(PATIENCE)) end):result(PATIENCE))
      end)
    end
  end)
end

describe("a finalizer that asks for the outcome of a future", function()
  it("may do so while that is cancelled", function()
    local pool, future = ipc.pool(2), nil
    finally(function() pool:terminate() end)
    local alive = true
    local function again()
      setmetatable({}, { __gc = function()
        if future then pcall(future.get, future, 0) end
        if alive then again() end
      end })
    end
    again()
    local cancelled = 0
    collecting(function()
      for _ = 1, 100 do
        future = pool:apply_async(function() ipc.sleep() end, {}, function() end, function() end)
        ipc.sleep(0.001)
        if future:cancel() then cancelled = cancelled + 1 end
        future = nil
      end
      alive = false
    end)
    assert.equal(100, cancelled)
    assert.equal(3, pool:apply(function() return 3 end))
  end)
end)
