-- Explores the faults of spec/explore/textbook with many seeds, and their corrected twins under many schedules: each
-- fault must be found within a thousand schedules with each seed, and no twin may fail.
--
--     tidelock spec/support/explore/textbook_sweep.lua [SEEDS [SCHEDULES [NAME...]]]
--
-- Prints a row each, and what was wrong; status 1 where a goal was missed.  `longest` is wall time with as many
-- workers as there are CPUs, the command's start and its report included: told, and no goal, as others may use the
-- machine as well.
local ipc = require "tidelock"
local textbook = dofile "spec/support/explore/textbook.lua"

local SEEDS = math.tointeger(tonumber(arg[1])) or 20
local SCHEDULES = math.tointeger(tonumber(arg[2])) or 10000
local FAILS, PASSES = 1, 0

local wanted = {}
for i = 3, #arg do wanted[arg[i]] = true end

local complaints = {}
local function complain(name, seed, run)
  complaints[#complaints + 1] = ("%s, seed %d: status %s\n%s%s"):format(name, seed, run.status, run.out, run.err)
end

local function timed(name, options)
  local began = ipc.now()
  local run = textbook.explore(name, options)
  run.seconds = ipc.now() - began
  return run
end

local function found(fault, seed)
  local run = timed(fault.name, { runs = textbook.MOST, seed = seed })
  if run.status == FAILS and run.schedule and run.message:find(fault.fails) then return run end
  complain(fault.name, seed, run)
  return nil, run
end

local function sweep(fault)
  local numbers, longest = {}, 0
  for seed = 1, SEEDS do
    local run, missed = found(fault, seed)
    if run then numbers[#numbers + 1] = run.schedule end
    longest = math.max(longest, (run or missed).seconds)
  end
  table.sort(numbers)
  return numbers, longest
end

local function passes(fault)
  local name = fault.name .. "_fixed"
  local run = timed(name, { runs = SCHEDULES })
  if run.status ~= PASSES or run.schedules ~= SCHEDULES then complain(name, 1, run) end
  return run
end

local ROW = "%-18s %7s %6s %6s %9s   %9s %7s"
print(ROW:format("fault", "found", "median", "most", "longest", "twin", "time"))
for _, fault in ipairs(textbook.faults) do
  if not arg[3] or wanted[fault.name] then
    local numbers, longest = sweep(fault)
    local twin = passes(fault)
    local count, median = ("%d/%d"):format(#numbers, SEEDS), numbers[(#numbers + 1) // 2]
    print(ROW:format(fault.name, count, median or "-", numbers[#numbers] or "-", ("%.2f s"):format(longest),
      twin.schedules or "failed", ("%.1f s"):format(twin.seconds)))
  end
end
for _, complaint in ipairs(complaints) do print("\n" .. complaint) end
os.exit(#complaints == 0)
