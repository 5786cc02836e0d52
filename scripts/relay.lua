-- Three teams run a relay of three legs; a barrier after each leg lets all start the next one together.
-- Watch: nobody starts a leg before all have run the last; `wait` tells each team its place in the leg.
-- Change: --no-barrier lets each run on as it likes; kill a team, and see what the others' `wait` returns.
local ipc = require "tidelock"

local TEAMS, LEGS = { "red", "green", "blue" }, 3
local legs_run = ipc.value(0)
local line = arg[1] ~= "--no-barrier" and ipc.barrier{ parties = #TEAMS, name = "line" }

local function team(name)
  local early = 0
  for leg = 1, LEGS do
    if legs_run:get() < (leg - 1) * #TEAMS then early = early + 1 end
    print(("%-5s starts leg %d"):format(name, leg))
    ipc.sleep(1 + math.random())
    legs_run:add(1)
    local place = line and line:wait() or "?"
    print(("%-5s has run leg %d, place %s"):format(name, leg, place))
  end
  return early
end

local teams, early = {}, 0
for n, name in ipairs(TEAMS) do teams[n] = ipc.process{ target = team, args = { name }, name = name }:start() end
for _, process in ipairs(teams) do early = early + assert(process:result()) end
print(early .. " legs were started before all teams had run the last one")
assert((early == 0) == (line ~= false) and legs_run:get() == LEGS * #TEAMS)
