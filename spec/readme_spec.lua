-- Every script in the README runs, and prints what the README says.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local transcript = dofile "spec/support/transcript.lua"

-- A script's recorded run, drawn: what the commands of the transcript print.
local function timeline(code, output)
  local option, script, said, trace, chart =
    output:match "^%$ %./tidelock (%-%-sim=%d+) %-%-trace (%S+)\n(.-)%$ %./tidelock timeline (%S+)\n(.*)$"
  local folder = shell.run("mktemp -d"):match "%S+"
  local file = assert(io.open(folder .. "/" .. script, "w"))
  file:write(code)
  file:close()
  local line = "cd %s && %s %s --trace %s && LC_ALL=C.UTF-8 %s timeline %s"
  local out, err, status = shell.run(line:format(folder, shell.tidelock, option, script, shell.tidelock, trace))
  os.execute("rm -r " .. folder)
  assert.equal(0, status)
  assert.equal(said, err)
  assert.equal(chart, out)
end

-- What differs from run to run: pids, and which buyer comes first.
local function plain(text)
  return (text:gsub("pid %d+", "pid ..."):gsub("buyer %d", "buyer N"))
end

describe("the readme", function()
  local text, count = files.read("README.md"), 0

  for code, output in text:gmatch("```lua\n(.-)```\n\n```\n(.-)```\n") do
    count = count + 1
    local what = code:match("ipc%.(%w+)[%({\"]") or "?"
    it(("has script %d, with ipc.%s"):format(count, what), function()
      if transcript.command(output) then return transcript.compare(code, output) end
      if output:find "%-%-trace" then return timeline(code, output) end
      local option = output:match "^%$ %./tidelock (%-%-sim=%d+)"
      local out, err, status = shell.script(code, nil, nil, option)
      assert.equal("", err)
      assert.equal(0, status)
      assert.equal(plain(output:gsub("^%$ [^\n]*\n", "")), plain(out))
    end)
  end

  it("shows the steps of a simulated script", function()
    local before, option, filter, steps =
      text:match("^(.*)```\n%$ %./tidelock (%-%-sim=%d+) %-%-steps /dev/stdout shop%.lua | grep (%w+)\n(.-)```\n")
    local code = before:match("^.*```lua\n(.-)```")
    local folder = shell.run("mktemp -d"):match "%S+"
    local file = assert(io.open(folder .. "/shop.lua", "w"))
    file:write(code)
    file:close()
    local line = "cd %s && %s %s --steps /dev/stdout shop.lua | grep %s"
    local out = shell.run(line:format(folder, shell.tidelock, option, filter))
    assert.equal(steps, out)
    os.remove(folder .. "/shop.lua")
    os.remove(folder)
  end)

  it("shows what each script prints", function()
    local _, scripts = text:gsub("```lua\n", "")
    assert.equal(scripts, count)
  end)

  it("links to what is there", function()
    for target in text:gmatch("%]%(([^)#]+)%)") do
      if not target:find("^%a+:") and not target:find("^build/") then
        assert(io.open(target), target):close()
      end
    end
  end)
end)
