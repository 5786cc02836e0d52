-- The first labs of the pack that comes along: their starters and wrong answers are rejected, each of these with its
-- own sentence, and their solutions pass. All labs: `make labs`.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local LIMIT, LONGEST = 200, 100
local CHOSEN = { "two-clerks", "receipts", "rendezvous" }
local CORE = {
  "letters", "two-clerks", "till", "tickets", "sale", "kitchen", "kitchen-joinable", "receipts", "relay", "rendezvous",
  "guests", "start-gun",
}

-- A pack of some labs of the one that comes along.
local function chosen_pack()
  local directory = os.tmpname()
  os.remove(directory)
  assert(os.execute("mkdir " .. directory))
  for _, name in ipairs(CHOSEN) do
    assert(os.execute(('ln -s "$(pwd -P)/scripts/labs/%s" %s'):format(name, directory)))
  end
  local order = table.concat(CHOSEN, "', '")
  files.write(directory .. "/pack.lua", ("return { title = 'chosen', order = { '%s' } }\n"):format(order))
  return directory
end

local function answers(name)
  local list = {}
  local pipe = io.popen(("ls scripts/labs/%s/*.lua scripts/labs/%s/wrong/*.lua 2>/dev/null"):format(name, name))
  for path in pipe:lines() do list[#list + 1] = path end
  pipe:close()
  return list
end

describe("the labs that come along", function()
  it("pass by their solutions, and by nothing else", function()
    local directory = chosen_pack()
    local out, err, status = shell.run(("%s lab dev check %s"):format(shell.tidelock, directory), LIMIT)
    os.execute("rm -rf " .. directory)
    assert.equal(0, status, out .. err)
    for _, name in ipairs(CHOSEN) do assert.truthy(out:find(name:gsub("%-", "%%-") .. " +ok"), out) end
  end)

  it("are named in the pack in their order", function()
    local order = dofile "scripts/labs/pack.lua".order
    for number, name in ipairs(CORE) do assert.equal(name, order[number]) end
  end)

  for _, name in ipairs(CORE) do
    it("are short, and load where there is no runtime: " .. name, function()
      local lab = dofile(("scripts/labs/%s/lab.lua"):format(name))
      assert.equal(3, #lab.hints)
      assert.truthy(#lab.learn <= LONGEST, lab.learn)
      for _, path in ipairs(answers(name)) do
        local _, lines = files.read(path):gsub("\n", "\n")
        assert.truthy(path:find "/lab.lua$" or lines < 40, path)
      end
    end)
  end
end)
