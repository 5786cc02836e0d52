-- Two queues in a circle, corrected: what comes back has a queue without bound, so the tester never waits to put, and
-- whoever waits for the tester goes on.
local ipc = require "tidelock"

local PARTS = 4
local bench, test = ipc.queue{ maxsize = 1, name = "bench" }, ipc.queue{ maxsize = 1, name = "test" }
local again = ipc.queue{ name = "again" }

local function assemble()
  local part = ipc.receive{ again, bench }
  while part do
    test:put(part)
    part = ipc.receive{ again, bench }
  end
end

local function check()
  local seen = {}
  for _ = 1, PARTS * 2 do
    local part = test:get()
    if not seen[part] then
      seen[part] = true
      again:put(part)
    end
  end
  again:close()
  bench:close()
end

local assembler = ipc.spawn{ target = assemble, name = "assembler" }
local checker = ipc.spawn{ target = check, name = "checker" }
for part = 1, PARTS do bench:put(part) end
assembler:join()
checker:join()
