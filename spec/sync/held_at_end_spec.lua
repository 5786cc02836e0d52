-- What a task holds as it ends, while a child of its own waits for it: the task's end joins that child.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"

local PATIENCE = 20

local take = {
  lock = function(object) return object:acquire(PATIENCE) end,
  rlock = function(object) return object:acquire(PATIENCE) end,
  condition = function(object) return object:acquire(PATIENCE) end,
  semaphore = function(object) return object:acquire(PATIENCE) end,
  rwlock = function(object) return object:write(PATIENCE) end,
}

for _, at in ipairs(both.all) do
  describe("what a task holds as it ends, " .. at.where, function()
    for kind, get in pairs(take) do
      for _, start in ipairs{ "spawn", "spawn_thread" } do
        it("is passed on to a child that waits for it: " .. kind .. ", " .. start, function()
          local object = kind == "semaphore" and at.semaphore(1, true) or at[kind]()
          local results = ipc.queue()
          local task = ipc[start](function()
            get(object)
            ipc.spawn(function() results:put(table.pack(get(object))) end)
          end)
          local got = results:get(PATIENCE)
          assert.same({ true, kind ~= "semaphore" and "abandoned" or nil }, { got[1], got[2] })
          assert.is_true(task:join(PATIENCE))
        end)
      end
    end
  end)
end
