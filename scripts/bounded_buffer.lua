-- A bounded buffer by hand: four cells, one lock, and a condition for each reason to wait.
-- Watch: each item is taken once.  Who is woken looks again, since somebody else may have been there before.
-- Change: --if looks only once, as with `if` in place of `while`; CELLS; notify in place of notify_all.
local ipc = require "tidelock"

local CELLS, PRODUCERS, CONSUMERS, ITEMS = 4, 2, 4, 40 -- ITEMS in all
local look_once = arg[1] == "--if"
local cells = ipc.array("int32", CELLS) -- 0 in a cell: it is empty
local puts, takes, wrong = ipc.value(0), ipc.value(0), ipc.value(0)
local lock = ipc.lock{ name = "buffer" }
local not_empty, not_full = ipc.condition(lock, "not empty"), ipc.condition(lock, "not full")

local function is_room() return puts:get() - takes:get() < CELLS end
local function is_item() return puts:get() > takes:get() end

local function exchange(item, counter, ready, condition, other)
  lock:acquire()
  if not ready() then condition:wait() end
  while not look_once and not ready() do condition:wait() end
  local cell = counter:add(1) % CELLS + 1
  if (cells[cell] == 0) ~= (item ~= 0) then wrong:add(1) end -- one takes from a full cell, and puts into an empty one
  cells[cell] = item
  other:notify_all()
  lock:release()
  ipc.sleep(math.random() / 100)
end

local function producer() for i = 1, ITEMS / PRODUCERS do exchange(i, puts, is_room, not_full, not_empty) end end
local function consumer() for _ = 1, ITEMS / CONSUMERS do exchange(0, takes, is_item, not_empty, not_full) end end

local list = {}
for n = 1, CONSUMERS do list[n] = ipc.spawn(consumer) end
for _ = 1, PRODUCERS do list[#list + 1] = ipc.spawn(producer) end
for _, process in ipairs(list) do process:join() end
print(("%d of %d items taken, %d wrong steps"):format(takes:get(), ITEMS, wrong:get()))
assert(takes:get() == ITEMS and (wrong:get() > 0) == look_once)
