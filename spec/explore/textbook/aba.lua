-- ABA: a pop finds the same block on top and sets the next one that it saw, though that has been taken meanwhile.
-- Treiber's stack, Systems programming: coping with parallelism, 1986, without its counter.
local ipc = require "tidelock"

local top = ipc.value(1, "top")
local below = ipc.array{ type = "int64", init = { 2, 3, 0 }, name = "below" } -- 1 lies on 2 on 3
local owners = ipc.array{ type = "int64", init = 3, name = "owners" }

local function pop()
  local block, rest
  repeat
    block = top:get()
    rest = below[block]
  until top:compare_set(block, rest)
  ipc.always(owners:add(block, 1) == 1, "block %d belongs to two", block)
  return block
end

local function push(block)
  owners:add(block, -1)
  local old
  repeat
    old = top:get()
    below[block] = old
  until top:compare_set(old, block)
end

local function shuffle()
  local first = pop()
  pop()
  push(first)
end

local ann, bob = ipc.spawn_thread{ target = pop, name = "ann" }, ipc.spawn_thread{ target = shuffle, name = "bob" }
ann:join()
bob:join()
if top:get() ~= 0 then pop() end
