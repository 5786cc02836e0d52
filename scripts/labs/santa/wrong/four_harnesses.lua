-- says: "next year the first reindeer that comes flies off alone"
local ipc = require "tidelock"

local function gate(name) return ipc.semaphore{ value = 0, name = name } end
local bed, harness, study, book = gate "bed", gate "harness", gate "study", ipc.lock{ name = "book" }
local herd, asking, door = ipc.value(0, "herd"), ipc.value(0, "asking"), ipc.semaphore{ value = 2, name = "door" }

local function santa(house) -- is woken once
  bed:acquire()
  house:lie_awake()
  book:acquire()
  if herd:get() == 3 then
    herd:set(0)
    house:hitch()
    harness:release(4)
  else
    house:answer()
    study:release(2)
  end
  book:release()
end

local function reindeer(house, pull)
  book:with(function() if herd:add(1) == 3 then house:reindeer_are_back() bed:release() end end)
  harness:acquire()
  pull()
end

local function elf(_, ask)
  door:acquire() -- two elves at a time
  book:with(function() if asking:add(1) == 2 then bed:release() end end)
  study:acquire()
  ask()
  book:with(function() if asking:add(-1) == 0 then door:release(2) end end)
end

return { santa = santa, reindeer = reindeer, elf = elf }
