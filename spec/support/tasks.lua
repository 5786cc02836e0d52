-- Many processes or threads at once.
local ipc = require "tidelock"
local assert = require "luassert"
local PATIENCE = 60
local tasks = {}

-- So many processes, which run fn(1), fn(2) ...: their list.
function tasks.spawn(count, fn)
  local list = {}
  for n = 1, count do list[n] = ipc.spawn(fn, n) end
  return list
end

-- Each of the list ends, however that is.
function tasks.join(list)
  for _, task in ipairs(list) do assert.is_true(task:join(PATIENCE), tostring(task)) end
end

-- Each of the list ends, and what it did went well: a join alone does not tell of an assertion that fails there.
function tasks.succeed(list)
  tasks.join(list)
  for _, task in ipairs(list) do assert.equal(0, task.exitcode, select(2, task:result())) end
end

return tasks
