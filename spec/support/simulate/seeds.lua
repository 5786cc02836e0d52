-- Runs scripts in a simulation with many seeds, each seed twice, and looks at both runs: the same output and the same
-- steps, an end in time, and nothing left behind.
--
--     tidelock spec/support/simulate/seeds.lua COUNT [FIRST [SCRIPT...]]
--
-- Status 1 where any run was wrong.  Two at once: each run uses one CPU.
local ipc = require "tidelock"

local COUNT, FIRST = math.tointeger(tonumber(arg[1])) or 10000, math.tointeger(tonumber(arg[2])) or 1
local SCRIPTS = { "tickets", "kitchen", "philosophers", "guests" }
if arg[3] then SCRIPTS = { table.unpack(arg, 3) } end
local BATCH, LIMIT = 50, 20 -- seeds of one shell; seconds for a run

-- One line for each seed that is wrong; the runs' processes and files are all below one folder and one session.
local SHELL = [[
folder=$(mktemp -d) && cd "$folder" || exit 2
seed=%d
while [ $seed -lt %d ]; do
  for run in 1 2; do
    timeout %d %s --sim=$seed --steps steps.$run %s >out.$run 2>&1 </dev/null
    echo "status $?" >>out.$run
  done
  cmp -s out.1 out.2 || echo "seed $seed: another output in the second run"
  cmp -s steps.1 steps.2 || echo "seed $seed: other steps in the second run"
  tail -n 1 out.1 | grep -qx 'status 0' || echo "seed $seed: $(tail -n 1 out.1)"
  seed=$((seed + 1))
done
rm -f out.1 out.2 steps.1 steps.2
[ -z "$(ls -A)" ] || echo "left behind: $(ls -A)"
cd / && rm -rf "$folder"]]

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function absolute(path)
  local pipe = io.popen("readlink -f " .. quoted(path))
  local found = pipe:read("l")
  pipe:close()
  return found
end

local program = absolute(arg[-1])

local function batch(path, first)
  local past = math.min(first + BATCH, FIRST + COUNT)
  local pipe = assert(io.popen(SHELL:format(first, past, LIMIT, quoted(program), quoted(path))))
  local wrong = pipe:read("a")
  pipe:close()
  return wrong
end

local function runs_left()
  local pipe = assert(io.popen("ps -ww -eo args"))
  local count = 0
  for line in pipe:lines() do
    if line:find(program .. " --sim=", 1, true) then count = count + 1 end
  end
  pipe:close()
  return count
end

local before, wrong = runs_left(), 0
local pool = ipc.pool(2)
for _, name in ipairs(SCRIPTS) do
  local path = absolute(name:find "/" and name or "scripts/" .. name .. ".lua")
  local started, jobs = ipc.now(), {}
  for first = FIRST, FIRST + COUNT - 1, BATCH do jobs[#jobs + 1] = pool:submit(batch, path, first) end
  for _, job in ipairs(jobs) do
    for line in job:get():gmatch "[^\n]+" do
      wrong = wrong + 1
      print(name .. ": " .. line)
    end
  end
  print(("%s: %d seeds twice in %.0f s"):format(name, COUNT, ipc.now() - started))
end
pool:close()
pool:join()
local left = runs_left() - before
if left > 0 then print(("processes left behind: %d"):format(left)) end
os.exit(wrong == 0 and left <= 0)
