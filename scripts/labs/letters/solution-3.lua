-- Each courier ticks himself off at the door; who waits at the latch need not know who they are.
local ipc = require "tidelock"

local function day(names, deliver, all_are_home)
  local home = ipc.latch{ count = #names, name = "home" }
  for _, name in ipairs(names) do
    ipc.process{ name = name, target = function()
      deliver(name)
      home:count_down()
    end }:start()
  end
  home:wait()
  all_are_home()
end

return { day = day }
