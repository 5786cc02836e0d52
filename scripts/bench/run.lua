-- Each case in Tidelock and in Python's multiprocessing, by turns in one run; medians, and their ratio.
-- Watch: the ratios; the figures themselves belong to this machine and this minute.
-- Change: run.lua [--quick] [case ...]; PYTHON=/path/to/python3 names another Python.
local folder = arg[0]:match("^(.*)/[^/]*$") or "."

local ROUNDS, SHARE = 3, 1 -- SHARE of each case's operations
local wanted, quick = {}, false
local cases = assert(loadfile(folder .. "/cases.lua"))()
for _, word in ipairs(arg) do
  if word == "--quick" then quick = true else wanted[word], wanted[1] = true, true end
end
if quick then ROUNDS, SHARE = 1, 0.1 end

local function capture(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

local function find_python()
  for _, path in ipairs{ os.getenv("PYTHON") or "/usr/bin/python3", "python3" } do
    if capture(path .. " --version 2>&1"):find("^Python 3") then return path end
  end
end

local python = find_python()

local function reference(case, n)
  return python and tonumber(capture(("%s %s/reference.py %s %d"):format(python, folder, case.name, n)))
end

-- In a program of its own: a large heap left by one case would slow down the forks of the next.
local function own(case, n)
  return tonumber(capture(("%s %s/cases.lua %s %d"):format(arg[-1], folder, case.name, n)))
end

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

-- seconds for n operations, as the figure that is shown
local function figure(case, n, seconds)
  if case.unit == "kB" then return seconds end
  if case.unit == "time" then return seconds / n * 1e6 end
  return n / seconds
end

local function measure(case)
  local n = math.max(1, math.floor(case.n * SHARE) // 4 * 4)
  local slower = math.max(1, n // 8 * 4) -- Python gets fewer, so as not to take minutes
  local ours, theirs = {}, {}
  for _ = 1, ROUNDS do
    ours[#ours + 1] = figure(case, n, own(case, n))
    local seconds = reference(case, slower)
    theirs[#theirs + 1] = seconds and figure(case, slower, seconds)
  end
  return median(ours), median(theirs)
end

local function verdict(case, ours, theirs)
  if case.most then return "", ("most %d"):format(case.most), ours <= case.most end
  if not theirs then return "", "", true end
  local ratio = case.unit == "time" and theirs / ours or ours / theirs
  return ("%.1f"):format(ratio), ("%g"):format(case.want), ratio >= case.want
end

print(python and capture(python .. " --version"):gsub("\n", "") or "no python3 here: Tidelock's figures alone")
print(("%-22s %14s %14s %8s %8s"):format("case", "tidelock", "python", "ratio", "wanted"))
for _, case in ipairs(cases) do
  if not wanted[1] or wanted[case.name] then
    local ours, theirs = measure(case)
    local ratio, want, reached = verdict(case, ours, theirs)
    local unit = ({ time = "us", kB = "kB" })[case.unit] or "/s"
    print(("%-22s %11.1f %-2s %11.1f %-2s %8s %8s  %s"):format(case.name, ours, unit, theirs or 0, unit, ratio, want,
      reached and "reached" or "short"))
  end
end
