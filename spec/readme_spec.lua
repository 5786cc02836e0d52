-- Every script in the README and in the tour runs, and prints what the page says.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local transcript = dofile "spec/support/transcript.lua"

-- run(folder) in a folder that has the script under that name, and nothing else.
local function with_script(name, code, run)
  local folder = shell.run("mktemp -d"):match "%S+"
  files.write(folder .. "/" .. name, code)
  local results = table.pack(run(folder))
  os.execute("rm -r " .. folder)
  return table.unpack(results, 1, results.n)
end

-- A script's recorded run, drawn: what the commands of the transcript print.
local function timeline(code, output)
  local option, script, said, trace, chart =
    output:match "^%$ %./tidelock (%-%-sim=%d+) %-%-trace (%S+)\n(.-)%$ %./tidelock timeline (%S+)\n(.*)$"
  local out, err, status = with_script(script, code, function(folder)
    local line = "cd %s && %s %s --trace %s && LC_ALL=C.UTF-8 %s timeline %s"
    return shell.run(line:format(folder, shell.tidelock, option, script, shell.tidelock, trace))
  end)
  assert.equal(0, status)
  assert.equal(said, err)
  assert.equal(chart, out)
end

-- What differs from run to run: pids, and which buyer comes first.
local function plain(text)
  return (text:gsub("pid %d+", "pid ..."):gsub("buyer %d", "buyer N"))
end

-- The scripts of a page; how many there are with an output.
local function check_scripts(text)
  local count = 0
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
  return count
end

for name, path in pairs{ readme = "README.md", tour = "bindings/docs/tour.md", limits = "bindings/docs/limits.md" } do
  describe("the " .. name, function()
    local text = files.read(path)
    local count = check_scripts(text)

    it("shows what each script prints", function()
      local _, scripts = text:gsub("```lua\n", "")
      assert.equal(scripts, count)
    end)

    it("links to what is there", function()
      local folder = path:match "^(.*/)" or ""
      for target in text:gmatch("%]%(([^)#]+)%)") do
        if not target:find("^%a+:") and not target:find("^build/") then files.read(folder .. target) end
      end
    end)
  end)
end

describe("the readme", function()
  it("shows the steps of a simulated script", function()
    local before, option, filter, steps = files.read("README.md"):match(
      "^(.*)```\n%$ %./tidelock (%-%-sim=%d+) %-%-steps /dev/stdout shop%.lua | grep (%w+)\n(.-)```\n")
    local out = with_script("shop.lua", before:match("^.*```lua\n(.-)```"), function(folder)
      local line = "cd %s && %s %s --steps /dev/stdout shop.lua | grep %s"
      return shell.run(line:format(folder, shell.tidelock, option, filter))
    end)
    assert.equal(steps, out)
  end)
end)
