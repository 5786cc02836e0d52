-- Waits until the task of this name is asleep: waiting, sleeping or blocked as ipc.ps has it, or in this one `state`;
-- or until there is none of the name.  For tasks, those of scripts too, that are to act on another while it waits.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"

return function(name, state)
  local before = false
  await(function()
    local now
    for _, task in ipairs(ipc.ps()) do
      if task.name == name then now = task.state end
    end
    local is = not now or now == state or not state and now ~= "running" and now ~= "starting"
    local twice = is and before -- what is on its way to a wait can sleep for a moment, too
    before = is
    return twice
  end)
end
