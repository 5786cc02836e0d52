-- Runners come to the line one by one; when all are there the gun is fired, and all run.
-- Watch: two latches: the starter waits for all runners, all runners wait for one gun.  It stays fired: who comes late
-- runs at once.  Change: RUNNERS; count the line down once too few, and read what the runtime says.
local ipc = require "tidelock"

local RUNNERS = 6
local line, gun = ipc.latch{ count = RUNNERS, name = "line" }, ipc.latch{ count = 1, name = "gun" }
local fired, finish = ipc.value(0), ipc.queue{ name = "finish" }

local function runner(name)
  ipc.sleep(math.random(1, 3))
  print(name .. " is at the line")
  line:count_down()
  gun:wait()
  assert(fired:get() > 0 and ipc.now() >= fired:get(), "a false start")
  local started = ipc.now()
  ipc.sleep(1 + math.random())
  finish:put{ name = name, started = started, time = ipc.now() - fired:get() }
end

for n = 1, RUNNERS do ipc.spawn(runner, "runner-" .. n) end
assert(line:wait())
print("all are at the line: bang")
fired:set(ipc.now())
gun:count_down()
ipc.spawn(runner, "latecomer")

local last, apart = 0, 0
for place = 1, RUNNERS + 1 do
  local r = finish:get()
  print(("%d. %-9s %.2f s"):format(place, r.name, r.time))
  if r.name ~= "latecomer" then apart = math.max(apart, r.started - fired:get()) end
  last = place
end
print(("%d have run; the last of the %d at the line started %.1f ms after the gun"):format(last, RUNNERS, apart * 1000))
assert(last == RUNNERS + 1 and finish:is_empty() and line.count == 0)
