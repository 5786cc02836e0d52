-- What all blocking calls have in common, in a simulation: each promise exactly, by a clock that is a number.  A row of
-- the table (support/blocking) is covered without a word here; support/simulate/rows has the promises.
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local rows = dofile "spec/support/blocking.lua"

local SEEDS = rounds(3) -- others for each row, so that much is tried in all

-- What the driver writes with each seed; the last one runs twice, and both runs are to be the same.
local LOOP = [[
folder=$(mktemp -d) || exit 1
run() {
  timeout 100 %s --sim=$1 --steps $folder/steps spec/support/simulate/rows.lua %d %s >$folder/$2 2>&1
  echo "status $?" >>$folder/$2
  mv $folder/steps $folder/$2.steps
}
for seed in $(seq %d %d); do
  run $seed out
  echo "seed $seed"
  cat $folder/out
done
run $seed again
cmp $folder/out.steps $folder/again.steps
cmp $folder/out $folder/again
rm -r $folder]]

local in_time, late = 0, 0

for i, row in ipairs(rows) do
  describe((row.name or (row.class .. ":" .. row.call)) .. ", simulated,", function()
    for _, kind in ipairs{ "process", "thread" } do
      it("by a " .. kind .. ", keeps its promises, and the same seed gives the same run", function()
        local first = i * 100
        local out, err = shell.run(LOOP:format(shell.tidelock, i, kind, first, first + SEEDS - 1), 500)
        local runs, promises = 0, 0
        for line in (out .. err):gmatch "[^\n]+" do
          local early, over = line:match "^deadline: (%d+) (%d+)$"
          if early then
            runs, in_time, late = runs + 1, in_time + tonumber(early), late + tonumber(over)
          elseif line:find(": ok$") then
            promises = promises + 1
          else
            assert.truthy(line == "status 0" or line:find("^seed %d+$"), line .. "\n" .. out .. err)
          end
        end
        assert.equal(SEEDS, runs, out .. err)
        assert.truthy(promises >= 4 * SEEDS, out)
      end)

      it("by a " .. kind .. ", is in the report when nobody can ever go on", function()
        local _, err, status = shell.run(("%s --sim=%d spec/support/simulate/rows.lua %d %s deadlock")
          :format(shell.tidelock, i, i, kind))
        assert.equal(3, status, err)
        assert.truthy(err:find("tidelock: deadlock: every task waits, and none can ever go on", 1, true), err)
        assert.truthy(err:find("waiter %(pid [1-3][^\n]* waits [tf]or? .*, at spec/support/blocking.lua:%d+"), err)
        assert.truthy(err:find("main %(pid 1[^\n]*%) waits [tf]or? "), err)
        assert.truthy(err:find("tidelock: it failed with --sim=" .. i, 1, true), err)
      end)
    end
  end)
end

describe("a release at the very deadline", function()
  it("comes in time with some seeds, and too late with others", function()
    assert.truthy(in_time > 0)
    assert.truthy(late > 0)
  end)
end)
