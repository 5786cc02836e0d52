-- A signal's function may raise at any moment of a script: also as the function of `with` ends.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"

local PATIENCE = 20

for _, at in ipairs(both.all) do
  describe("where a signal's function raises as the function of with ends, " .. at.where, function()
    for _, kind in ipairs{ "lock", "rlock", "condition", "semaphore" } do
      it("gives back: " .. kind, function()
        local object = kind == "semaphore" and at.semaphore(1) or at[kind]()
        ipc.on_signal("USR1", function() error("from the function", 0) end)
        finally(function() ipc.on_signal("USR1", nil) end)
        local good, why = pcall(function()
          -- a function of C: the next instruction of Lua is behind it
          local result = object:with(os.execute, "kill -USR1 " .. ipc.getpid())
          return result
        end)
        assert.same({ false, "from the function" }, { good, why })
        assert.is_true(ipc.spawn(function() return (object:acquire(PATIENCE)) end):result(PATIENCE))
      end)
    end
  end)
end
