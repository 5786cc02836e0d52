-- A full waiting room, two doctors: who is worse off is seen first, and among equals who came first.
-- Watch: the order of the calls; and the ambulance, whose patient is the next one though the room is full.
-- Change: --fifo sees them in the order in which they came, so that some wait behind others who are better off.
local ipc = require "tidelock"

local DOCTORS, fifo = 2, arg[1] == "--fifo"
local PATIENTS = { -- and their urgency: 1 is the worst
  { "a cold", 5 }, { "a sprained ankle", 4 }, { "a broken arm", 3 }, { "a cough", 5 },
  { "chest pain", 1 }, { "a deep cut", 2 }, { "a burn", 3 }, { "a bee's sting", 1 },
}
local room, doors = ipc.queue{ order = fifo and "fifo" or "priority", name = "waiting room" }, ipc.event("doors")

local function enter(number, what, urgency)
  print(("%d comes in with %s, urgency %d"):format(number, what, urgency))
  room:put({ number = number, what = what, urgency = urgency }, { priority = not fifo and urgency or nil })
end

local function doctor(name)
  local last, waited = 0, 0
  doors:wait()
  for _, patient in room:items() do
    print(("  %s sees %d with %s"):format(name, patient.number, patient.what))
    ipc.sleep(1 + math.random())
    local rank = patient.urgency * 100 + patient.number
    if patient.urgency > 0 then waited, last = waited + (rank < last and 1 or 0), rank end
  end
  return waited
end

local doctors, waited = {}, 0
for n = 1, DOCTORS do doctors[n] = ipc.spawn(doctor, "doctor-" .. n) end
for number, patient in ipairs(PATIENTS) do enter(number, table.unpack(patient)) end
doors:set()
ipc.sleep(0.5)
enter(#PATIENTS + 1, "a stroke, by ambulance", 0)
room:close()
for _, process in ipairs(doctors) do waited = waited + assert(process:result()) end
print(waited .. " times somebody had to wait behind one who was better off")
assert(room:is_empty() and (waited > 0) == fifo)
