-- Every script of scripts/ in a simulation: it ends well whatever the seed, and the same seed gives the same run, byte
-- for byte, in what it writes and in its steps.  What is outside of the simulation can make a run inexact, and it
-- says so: there the status alone is compared.
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"

local SEEDS = rounds(20)
-- Behind which they are: of no other spec.  A name by os.tmpname hangs on the seed, and is another one where that file
-- exists at the moment, as a run of the same seed beside this one may have it.
local BEFORE = 52000
local LONGEST = 30 -- seconds, of a run that takes hundredths
local OUTSIDE = "is not simulated"

-- those that take long, by seeds that are enough
local few = { ["pool_map.lua"] = 2, ["socket.lua"] = 8 } -- this one sleeps in real time
local contradict = { ["philosophers.lua"] = 1 } -- orders of locks: its naive one
local needs = { ["fifo.lua"] = "Lua 5.3" } -- for luaposix

-- For each seed two runs, one where the first is not exact; a line for each seed:
-- seed, status, milliseconds of the first; "same", "output", "steps" (which differ) or "inexact"; and how many warnings
-- of the order of locks.
local LOOP = [[
cd %s || exit 1
run() { # seed, number of the run
  timeout %d %s --sim=$1 --steps steps %s >out.$2 2>&1 </dev/null
  echo "status $?" >>out.$2
  mv steps steps.$2
}
for seed in $(seq %d %d); do
  began=$(date +%%s%%N)
  run $seed 1
  took=$(( ($(date +%%s%%N) - began) / 1000000 ))
  how=same
  if grep -q "%s" out.1; then
    how=inexact
  else
    run $seed 2
    cmp -s steps.1 steps.2 || { how=steps; diff steps.1 steps.2 | head -n 9 >difference; }
    cmp -s out.1 out.2 || { how=output; diff out.1 out.2 | head -n 9 >difference; }
  fi
  status=$(sed -n "\$s/status //p" out.1)
  echo $seed $status $took $how $(grep -c "lock order" out.1)
  if [ $status -ne 0 ]; then cat out.1; exit 1; fi
  if [ -f difference ]; then cat difference; exit 1; fi
done]]

local function lines_of(command)
  local pipe, lines = assert(io.popen(command)), {}
  for line in pipe:lines() do lines[#lines + 1] = line end
  pipe:close()
  return lines
end

local folder, here = lines_of("mktemp -d")[1], lines_of("pwd -P")[1]

describe("a simulated script:", function()
  local slowest = { ms = 0 }

  teardown(function() os.execute("rm -r " .. folder) end)

  for _, path in ipairs(lines_of "ls scripts/*.lua") do
    local name = path:match "[^/]+$"
    it(name, function()
      if needs[name] and needs[name] ~= _VERSION then return pending("luaposix is packaged for " .. needs[name]) end
      local last = BEFORE + math.min(few[name] or SEEDS, SEEDS)
      local out, err = shell.run(LOOP:format(folder, LONGEST, shell.tidelock, here .. "/" .. path, BEFORE + 1, last,
        OUTSIDE), 300)
      local seeds = 0
      for seed, status, ms, how, warned in out:gmatch "(%d+) (%d+) (%d+) (%l+) (%d+)\n" do
        local run = ("--sim=%s %s: %s\n%s%s"):format(seed, name, how, out, err)
        assert.equal("0", status, run)
        assert.truthy(how == "same" or how == "inexact", run)
        assert.equal(contradict[name] or 0, tonumber(warned), run)
        seeds = seeds + 1
        if tonumber(ms) > slowest.ms then slowest = { ms = tonumber(ms), name = name, seed = seed } end
      end
      assert.equal(last - BEFORE, seeds, out .. err)
    end)
  end

  it("none takes long", function()
    assert.truthy(slowest.name)
    assert.truthy(slowest.ms < LONGEST * 1000,
      ("%s with --sim=%s took %d ms"):format(slowest.name, slowest.seed, slowest.ms))
  end)
end)
