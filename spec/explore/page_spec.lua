-- Each transcript of bindings/docs/exploration.md is what comes.
local files = dofile "spec/support/files.lua"
local transcript = dofile "spec/support/transcript.lua"

local shell = dofile "spec/support/shell.lua"

local text = files.read "bindings/docs/exploration.md"

describe("the page on exploration", function()
  local count = 0

  for code, output in text:gmatch "```lua\n(.-)```\n\n```\n(.-)```\n" do
    count = count + 1
    it("shows what is printed by " .. transcript.command(output), function() transcript.compare(code, output) end)
  end

  it("has six of them", function() assert.equal(6, count) end)

  -- What is typed comes through a pipe, where neither it nor the prompt is shown.
  it("shows a walk through the schedule of the readme's sale", function()
    local code = files.read("README.md"):match "```lua\n([^`]*)```\n\n```\n%$ %./tidelock explore stock%.lua\n"
    local schedule, shown = text:match "%$ %./tidelock replay %-i (%S+) stock%.lua\n(.-)```\n"
    local typed = {}
    for line in shown:gmatch "step %d+> ([^\n]*)\n" do typed[#typed + 1] = line end
    local folder = shell.run("mktemp -d"):match "%S+"
    files.write(folder .. "/stock.lua", code)
    local out, err = shell.run(("cd %s && printf \"%s\" | %s replay -i %s stock.lua"):format(folder,
      table.concat(typed, "\\n") .. "\\n", shell.tidelock, schedule))
    os.execute("rm -r " .. folder)
    assert.equal("", err)
    assert.truthy(#typed > 5)
    assert.equal(shown:gsub("^[^\n]*\n", ""):gsub("step %d+> [^\n]*\n", ""), out)
  end)
end)
