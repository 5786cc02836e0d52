-- Each transcript of bindings/docs/exploration.md is what comes.
local transcript = dofile "spec/support/transcript.lua"

local file = assert(io.open "bindings/docs/exploration.md")
local text = file:read "a"
file:close()

describe("the page on exploration", function()
  local count = 0

  for code, output in text:gmatch "```lua\n(.-)```\n\n```\n(.-)```\n" do
    count = count + 1
    it("shows what is printed by " .. transcript.command(output), function() transcript.compare(code, output) end)
  end

  it("has six of them", function() assert.equal(6, count) end)
end)
