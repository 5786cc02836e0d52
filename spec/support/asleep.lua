-- Waits until the task of this name is asleep: waiting, sleeping or blocked as ipc.ps has it, or in this one `state`;
-- or until there is none of the name.  For tasks, those of scripts too, that are to act on another while it waits.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"

-- As the kernel has it: who is about to sleep counts as asleep before, and a signal that comes then can be missed.
local function in_kernel(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  local text = file and file:read("a") or ""
  if file then file:close() end
  return not text:find("%) R")
end

return function(name, state)
  local before = false
  await(function()
    local now, pid
    for _, task in ipairs(ipc.ps()) do
      if task.name == name then now, pid = task.state, task.pid end
    end
    local is = not now or now == state or not state and now ~= "running" and now ~= "starting"
    if is and now and not name:find("^thread") then is = in_kernel(pid) end
    local twice = is and before -- what is on its way to a wait can sleep for a moment, too
    before = is
    return twice
  end)
end
