-- Runs `tidelock replay`, and its prompt.
local shell = dofile "spec/support/shell.lua"
local explorer = dofile "spec/support/explorer.lua"
local replay = {}

-- Two tasks that each take one of three: one take is lost by LOST_CODE, in 16 steps.
replay.LOST = [[
local ipc = require "tidelock"
local left = ipc.value(3)
limit = 5
local function buy(name)
  local seen = left:get()
  if limit > 3 then left:set(seen - 1) end
  print(name, seen)
end
local ann = ipc.process{ name = "ann", target = buy, args = { "ann" } }:start()
local bob = ipc.process{ name = "bob", target = buy, args = { "bob" } }:start()
ann:join()
bob:join()
assert(left:get() == 1, "one is lost")
]]
replay.LOST_CODE = "1:0*4,1*2,2*4,1"

-- Output, errors and status of a replay of the script by the code; the script's path.
function replay.run(script, code, options)
  local path = explorer.file(script)
  local out, err, status = shell.run(("%s replay %s --schedule='%s' %s"):format(shell.tidelock, options or "", code,
    path))
  os.remove(path)
  return out, err, status, path
end

-- The same at the prompt, with these lines typed.
function replay.prompt(script, code, lines)
  local path, typed = explorer.file(script), explorer.file(table.concat(lines, "\n") .. "\n")
  local out, err, status = shell.run(("%s replay -i --schedule='%s' %s <%s"):format(shell.tidelock, code, path, typed))
  os.remove(path)
  os.remove(typed)
  return out, err, status, path
end

return replay
