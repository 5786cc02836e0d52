-- The lock is passed on like a baton: who completes the group keeps it, and the third one to have bonded gives it back.
local ipc = require "tidelock"

local baton = ipc.semaphore{ value = 1, name = "baton" }
local waiting = { H = ipc.value(0, "hydrogens"), O = ipc.value(0, "oxygens") }
local called = { H = ipc.semaphore{ value = 0, name = "H" }, O = ipc.semaphore{ value = 0, name = "O" } }
local bonded = ipc.value(0, "bonded")

local function join(kind, bond)
  baton:acquire()
  waiting[kind]:add(1)
  if waiting.H:get() >= 2 and waiting.O:get() >= 1 then
    waiting.H:add(-2)
    waiting.O:add(-1)
    called.H:release(2)
    called.O:release()
  else
    baton:release()
  end
  called[kind]:acquire()
  bond()
  if bonded:add(1) % 3 == 0 then baton:release() end
end

return {
  hydrogen = function(bond) join("H", bond) end,
  oxygen = function(bond) join("O", bond) end,
}
