-- Two queues in a circle: the bench sends parts to be tested, the tester sends them back once, and both queues may be
-- full.  Parks, Bounded scheduling of process networks, 1995.
local ipc = require "tidelock"

local PARTS = 4
local bench, test = ipc.queue{ maxsize = 1, name = "bench" }, ipc.queue{ maxsize = 1, name = "test" }

local function assemble()
  for _, part in bench:items() do test:put(part) end
end

local function check()
  local seen = {}
  for _ = 1, PARTS * 2 do
    local part = test:get()
    if not seen[part] then
      seen[part] = true
      bench:put(part) -- once more
    end
  end
  bench:close()
end

local assembler = ipc.spawn{ target = assemble, name = "assembler" }
local checker = ipc.spawn{ target = check, name = "checker" }
for part = 1, PARTS do bench:put(part) end
assembler:join()
checker:join()
