-- Schedules as text: moves, codes, files.
package.path = "bindings/?.lua;" .. package.path
local fake = dofile "spec/support/explore/fake_host.lua"
local models = dofile "spec/support/explore/models.lua"
local moves = require "explore.schedule.moves"
local replay_file = require "explore.schedule.replay_file"
local script_hash = require "explore.schedule.script_hash"

describe("moves", function()
  it("are joined where they are equal", function()
    assert.equal("0*3,1,0,t,t,=2", moves.text{ "0", "0", "0", "1", "0", "t", "t", "=2" })
  end)

  it("come back from text, with commas or spaces", function()
    local list = { "0", "0", "1.2", "t", "k1", "w1.2", "=3", "0" }
    assert.same(list, moves.parse(moves.text(list)))
    assert.same(list, moves.parse(moves.text(list, " ")))
  end)

  it("are refused where there are no such", function()
    for _, text in ipairs{ "x", "0*", "0*0", "1..2", "k", "=x", "0,,q", "-1", "0*99999999999", "9999999999*4",
      "1.4294967296", "=4000000000" } do
      local list, wrong = moves.parse(text)
      assert.equal(nil, list, text)
      assert.truthy(wrong)
    end
  end)

  it("repeat the events that they are of", function()
    for seed = 1, 50 do
      local run, events = fake.run(models.two_orders, { strategy = "random", seed = seed })
      local again = fake.run(models.two_orders, { moves = moves.text(moves.of_events(events)) })
      assert.equal(run.hash, again.hash)
      assert.equal(0, again.deviations)
    end
  end)
end)

describe("a code", function()
  it("is a seed and moves", function()
    local seed, list = moves.read_code(moves.code(7, { "0", "0", "1" }))
    assert.equal(7, seed)
    assert.same({ "0", "0", "1" }, list)
    assert.same({ 1, {} }, { moves.read_code "1:" })
  end)

  it("is refused with what is wrong", function()
    for code, text in pairs{ ["0*3"] = "SEED:MOVES", [":0"] = "SEED:MOVES", ["1:0*3,x"] = "no move 'x'" } do
      local seed, why = moves.read_code(code)
      assert.equal(nil, seed)
      assert.truthy(why:find(text, 1, true))
    end
  end)
end)

local function schedule(more)
  local _, events, _, objects = fake.run(models.lost_update, { moves = "0*4 1*2 2" })
  local found = {
    script = "scripts/a b.lua", arguments = { "3", "two\nlines", "back\\slash", "" }, hash = script_hash.of_text "x",
    seed = 3, moves = moves.of_events(events), failure = "error|a.lua:3",
    steps = replay_file.steps_of(events, objects), comment = "first line\n\nthird",
  }
  for field, value in pairs(more or {}) do found[field] = value end
  return found, events, objects
end

describe("a replay file", function()
  it("comes back as it was written", function()
    local written = schedule()
    local path = os.tmpname()
    assert.truthy(replay_file.write(path, written))
    local found = assert(replay_file.read(path))
    os.remove(path)
    written.comment = nil
    assert.same(written, found)
  end)

  it("has the explanation as comments", function()
    local text = replay_file.text((schedule()))
    assert.truthy(text:find("\n# first line\n#\n# third\nscript scripts/a b.lua\n", 1, true))
  end)

  it("has moves in lines that are not too long", function()
    local list = {}
    for i = 1, 500 do list[i] = tostring(i % 2) end
    for line in replay_file.text((schedule{ moves = list })):gmatch "[^\n]+" do assert.truthy(#line < 140) end
    assert.same(list, replay_file.parse(replay_file.text((schedule{ moves = list }))).moves)
  end)

  it("tells the first step that is another", function()
    local expected, events, objects = schedule()
    local steps = replay_file.steps_of(events, objects)
    assert.equal(nil, (replay_file.first_difference(expected.steps, steps)))
    steps[6].line = steps[6].line + 1
    local a, b = replay_file.first_difference(expected.steps, steps)
    assert.same({ 6, 1 }, { a.number, b.line - a.line })
    steps[6] = nil
    a, b = replay_file.first_difference({ table.unpack(expected.steps, 1, 6) }, { table.unpack(steps, 1, 5) })
    assert.same({ 6, nil }, { a.number, b })
  end)

  it("is refused with what is wrong", function()
    local text = replay_file.text((schedule()))
    local function wrong(other, expected)
      local found, why = replay_file.parse(other)
      assert.equal(nil, found)
      assert.truthy(why:find(expected, 1, true), why)
    end
    wrong("hello\n", "this is no schedule")
    wrong(text:gsub("seed 3\n", ""), "no line 'seed'")
    wrong(text:gsub("seed 3\n", "seed three\n"), "is not understood: seed three")
    wrong(text .. "step 1 2 3\n", "is not understood")
    wrong(text .. "moves 0*x\n", "is not understood")
  end)

  it("that is not there is told", function()
    local found, why = replay_file.read "/nowhere/f"
    assert.equal(nil, found)
    assert.truthy(why:find "/nowhere/f")
  end)
end)
