-- Ten guests, four seats; each guest stays for one to three seconds.
-- Watch: never more than four inside, and whoever leaves lets the next one in.
-- Change: SEATS; or leave out the semaphore and see the assert fail.
local ipc = require "tidelock"

local GUESTS, SEATS = 10, 4
local seats = ipc.semaphore{ value = SEATS, bounded = true, name = "seats" }
local inside, most = ipc.value(0), ipc.value(0)

local function guest(name)
  seats:with(function()
    local now = inside:add(1)
    most:update(function(old) return math.max(old, now) end)
    print(("%-8s sits down, %d inside"):format(name, now))
    ipc.sleep(math.random(1, 3))
    print(("%-8s leaves"):format(name))
    inside:add(-1)
  end)
end

local guests = {}
for n = 1, GUESTS do guests[n] = ipc.spawn(guest, "guest " .. n) end
for _, process in ipairs(guests) do process:join() end
print("at most " .. most:get() .. " were inside at a time")
assert(most:get() <= SEATS and inside:get() == 0 and seats.value == SEATS)
