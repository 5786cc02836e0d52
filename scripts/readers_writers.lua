-- Readers look at a page of two lines without a pause; now and then a writer changes both lines.
-- Watch: several read at a time, nobody sees half a page, and the writers get in though the readers never stop coming.
-- Change: --readers-first, the textbook's lock of a counter and a semaphore: while readers come, the writers starve.
local ipc = require "tidelock"

local READERS, WRITERS, EDITIONS, fair = 5, 2, 3, arg[1] ~= "--readers-first"
local closing = ipc.now() + (fair and 20 or 2) -- when the readers leave, if there is more to print even then
local page, to_print, late, looking, together = ipc.array("int32", 2), ipc.value(WRITERS * EDITIONS), ipc.value(),
  ipc.value(), ipc.value()
local lock, room, counting, inside = ipc.rwlock("page"), ipc.semaphore(1), ipc.lock("counting"), ipc.value()

local function read(fn)
  if fair then return lock:with_read(fn) end
  counting:with(function() if inside:add(1) == 1 then room:acquire() end end)
  fn()
  counting:with(function() if inside:add(-1) == 0 then room:release() end end)
end

local function look()
  local first = page[1]
  if looking:add(1) > 1 then together:add(1) end
  ipc.sleep(0.01 + math.random() / 50)
  looking:add(-1)
  assert(page[2] == first, "half a page")
end

local function change() for n = 1, 2 do page[n] = page[n] + 1 end end
local function reader() repeat read(look) until to_print:get() == 0 or ipc.now() > closing end
local function writer()
  for _ = 1, EDITIONS do
    ipc.sleep(0.1)
    if fair then lock:with_write(change) else room:with(change) end
    if ipc.now() > closing then late:add(1) end
    print("an edition is out, " .. to_print:add(-1) .. " to come")
  end
end

local list = {}
for n = 1, READERS + WRITERS do list[n] = ipc.spawn(n <= READERS and reader or writer) end
for _, process in ipairs(list) do assert(process:join() and process.exitcode == 0) end
print(("%d looked beside others; %d editions came too late for all readers"):format(together:get(), late:get()))
assert(together:get() > 0 and (late:get() == 0) == fair and page[2] == WRITERS * EDITIONS)
