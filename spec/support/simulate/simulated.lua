-- Scripts that run in a simulation: what they write, the same with each seed.
local assert = require "luassert"
local files = dofile "spec/support/files.lua"
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"

local PATIENCE = 60 -- seconds of real time, for what takes hundredths where the machine is idle
local simulated = { SEEDS = rounds(4) }

-- What fn(path) returns, of a file with that code, which has the module as ipc.
function simulated.with_file(code, fn)
  local path = files.write(os.tmpname(), "local ipc = require 'tidelock'\n" .. code)
  local out, err, status = fn(path)
  os.remove(path)
  return out, err, status
end

-- Runs the code in a simulation.
function simulated.run(code, seed, options)
  return simulated.with_file(code, function(path)
    return shell.run(("%s --sim=%d %s %s"):format(shell.tidelock, seed or 1, options or "", path), PATIENCE)
  end)
end

-- The same twice: it must be the same in all that it writes, and in its steps.
function simulated.twice(code, seed)
  return simulated.with_file(code, function(path)
    local runs = {}
    for i = 1, 2 do
      local steps = path .. ".steps"
      local out, err, status = shell.run(("%s --sim=%d --steps %s %s"):format(shell.tidelock, seed, steps, path),
        PATIENCE)
      runs[i] = { out = out, err = err, status = status, steps = files.read(steps) }
      os.remove(steps)
    end
    assert.same(runs[1], runs[2])
    return runs[1].out, runs[1].err, runs[1].status
  end)
end

-- It writes exactly that and ends well, with several seeds, each twice.
function simulated.writes(wanted, code)
  for seed = 1, simulated.SEEDS do
    local out, err, status = simulated.twice(code, seed)
    assert.same({ wanted, "", 0 }, { out, err, status }, "--sim=" .. seed)
  end
end

-- The same of what is outside of the simulation, and so not exact.
function simulated.writes_outside(wanted, code)
  for seed = 1, simulated.SEEDS do
    local out, err, status = simulated.run(code, seed)
    assert.same({ wanted, 0 }, { out, status }, "--sim=" .. seed .. "\n" .. err)
  end
end

local function in_background(code, fn)
  local out, err, status = simulated.with_file(code, function(path)
    return shell.run(([[
      timeout %d env --default-signal=INT %s --sim=1 %s >%s.out 2>&1 &
      for i in $(seq 1000); do grep -q ready %s.out 2>/dev/null && break; sleep 0.05; done
      began=$(date +%%s%%N)
      %s
      wait $!; status=$?
      took=$(( ($(date +%%s%%N) - began) / 1000000 ))
      cat %s.out; rm -f %s.*
      echo took $took >&2
      exit $status]]):format(PATIENCE, shell.tidelock, path, path, path, fn(path), path, path), 2 * PATIENCE)
  end)
  return out, tonumber(err:match "took (%d+)\n$") / 1000, status
end

-- Starts the code in the background, and when it has written "ready" runs what fn(path of the code) returns, commands
-- of the shell.  What it wrote, and its status.  It takes less than `most` seconds from then on, once in five runs: the
-- machine may be slow.
function simulated.in_background(code, most, fn)
  local out, took, status
  for _ = 1, 5 do
    out, took, status = in_background(code, fn)
    if took < most then return out, status end
  end
  error(("it takes %g seconds; it has written %s, and ended with status %s"):format(took, out, status), 2)
end

return simulated
