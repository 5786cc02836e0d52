-- ABA, corrected: top counts its changes too, so that it is never the same again.
local ipc = require "tidelock"

local BLOCKS = 8 -- top is the block, and BLOCKS times the number of changes
local top = ipc.value(1, "top")
local below = ipc.array{ type = "int64", init = { 2, 3, 0 }, name = "below" } -- 1 lies on 2 on 3
local owners = ipc.array{ type = "int64", init = 3, name = "owners" }

local function change(old, block) return (old // BLOCKS + 1) * BLOCKS + block end

local function pop()
  local old, rest
  repeat
    old = top:get()
    rest = below[old % BLOCKS]
  until top:compare_set(old, change(old, rest))
  local block = old % BLOCKS
  ipc.always(owners:add(block, 1) == 1, "block %d belongs to two", block)
  return block
end

local function push(block)
  owners:add(block, -1)
  local old
  repeat
    old = top:get()
    below[block] = old % BLOCKS
  until top:compare_set(old, change(old, block))
end

local function shuffle()
  local first = pop()
  pop()
  push(first)
end

local ann, bob = ipc.spawn_thread{ target = pop, name = "ann" }, ipc.spawn_thread{ target = shuffle, name = "bob" }
ann:join()
bob:join()
if top:get() % BLOCKS ~= 0 then pop() end
