-- The options --sim and --steps, as a shell sees them.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local function tidelock(arguments) return shell.run(shell.tidelock .. " " .. arguments) end

describe("a seed", function()
  for _, seed in ipairs{ "x", "", "-1", "+1", " 1", "1.5", "0x10", "9223372036854775808", "1" .. ("0"):rep(20) } do
    it("of '" .. seed .. "' is told, with the range and the way out", function()
      local out, err, status = tidelock(("'--sim=%s' -e 'print(1)'"):format(seed))
      assert.equal("", out)
      assert.equal(("tidelock: --sim=%s: the seed is a whole number from 0 to 9223372036854775807; "
        .. "--sim alone draws one\n"):format(seed), err)
      assert.equal(1, status)
    end)
  end

  for _, seed in ipairs{ "0", "7", "007", "9223372036854775807" } do
    it("of " .. seed .. " is taken without a word", function()
      local out, err, status = tidelock(("--sim=%s -e 'print(1)'"):format(seed))
      assert.same({ "1\n", "", 0 }, { out, err, status })
    end)
  end

  it("that is drawn is told, stands in `arg`, and is below 2^32", function()
    local out, err = tidelock "--sim -e 'print(arg[1])'"
    local seed = err:match "^tidelock: simulated with %-%-sim=(%d+)\n$"
    assert.equal("--sim=" .. seed .. "\n", out)
    assert.truthy(math.tointeger(seed) < 2 ^ 32)
    assert.not_equal(err, (select(2, tidelock "--sim -e 'print(arg[1])'")))
  end)

  it("is the last of several", function()
    local code = [[print(table.unpack(arg, 1, 2))]]
    assert.equal("--sim=1\t--sim=2\n", (tidelock("--sim=1 --sim=2 -e '" .. code .. "'")))
    assert.matches("^tidelock: simulated", (select(2, tidelock "--sim=1 --sim -e 'print(1)'")))
    assert.equal("", (select(2, tidelock "--sim --sim=1 -e 'print(1)'")))
  end)
end)

describe("where the script fails the seed is told again", function()
  for name, code in pairs{
    error = "error [[salt is out]]",
    ["a syntax error"] = "x = = 1",
    ["os.exit(2)"] = "os.exit(2)",
    ["os.exit(false, true)"] = "os.exit(false, true)",
  } do
    it("by " .. name, function()
      local _, err, status = tidelock(("--sim=12 -e '%s'"):format(code))
      assert.matches("tidelock: it failed with %-%-sim=12\n$", err)
      assert.truthy(status > 0)
    end)
  end

  it("by a deadlock", function()
    local _, err, status = shell.run(shell.tidelock
      .. [[ --sim=12 -e 'local ipc = require "tidelock" ipc.event():wait()']])
    assert.equal(3, status)
    assert.matches("tidelock: it failed with %-%-sim=12\n$", err)
  end)

  it("once, not by each task, and not where it is well", function()
    local _, err = tidelock [[--sim=12 -e 'local ipc = require "tidelock"
      ipc.spawn(function() os.exit(4) end):join() os.exit(5)']]
    assert.equal("tidelock: it failed with --sim=12\n", err)
    assert.equal("", (select(2, tidelock "--sim=12 -e 'os.exit(0)'")))
  end)

  it("and the drawn one, too", function()
    local _, err = tidelock "--sim -e 'os.exit(1)'"
    local seed = err:match "simulated with %-%-sim=(%d+)\n"
    assert.equal(("tidelock: simulated with --sim=%s\ntidelock: it failed with --sim=%s\n"):format(seed, seed), err)
  end)
end)

describe("a simulated program", function()
  it("has its own name in the system, as without --sim", function()
    local code = [[print(io.open("/proc/self/comm"):read())]]
    local plain = tidelock(("-e '%s'"):format(code))
    assert.truthy(#plain > 1)
    assert.equal(plain, (tidelock(("--sim=1 -e '%s'"):format(code))))
  end)

  it("runs with a small stack, too", function()
    local out, err, status = shell.run(("ulimit -s 512; %s --sim=1 -e 'print(1)'"):format(shell.tidelock))
    assert.same({ "1\n", "", 0 }, { out, err, status })
  end)
end)

describe("--sim goes with", function()
  local path
  before_each(function()
    path = os.tmpname()
    files.write(path, "print(os.time(), ...)")
  end)
  after_each(function() os.remove(path) end)

  it("a script and its arguments, also after `run`", function()
    for _, run in ipairs{ "", "run" } do
      assert.equal("946684800\ta\t--sim=x\n", (tidelock(("--sim=1 %s %s a --sim=x"):format(run, path))))
    end
  end)

  it("-i", function()
    local out = shell.run(("echo 'os.time()' | %s --sim=1 -i"):format(shell.tidelock))
    assert.equal("946684800\n", out)
  end)

  it("--label, whose time is the simulated one", function()
    assert.matches("^ +%d+%.%d%d%d main +946684800\n$", (tidelock("--label --sim=1 " .. path)))
  end)

  it("what it is not for: ps, ls and rm are as before", function()
    local _, err, status = tidelock "ps --sim"
    assert.equal(2, status)
    assert.falsy(err:find("simulated", 1, true))
  end)
end)

describe("--steps", function()
  it("takes its file behind a = as well", function()
    local path = os.tmpname()
    local out, err, status = tidelock(("--sim=1 --steps=%s -e 'print(1)'"):format(path))
    local file = assert(io.open(path))
    assert.equal("# seed 1", file:read "l")
    file:close()
    os.remove(path)
    assert.same({ "1\n", "", 0 }, { out, err, status })
  end)

  it("needs --sim", function()
    local out, err, status = tidelock "--steps /dev/null -e 'print(1)'"
    assert.same({ "", "tidelock: '--steps' needs '--sim', whose steps it writes\n", 1 }, { out, err, status })
  end)

  it("needs a file", function()
    local _, err, status = tidelock "--sim=1 --steps"
    assert.matches("^tidelock: '%-%-steps' needs an argument", err)
    assert.equal(1, status)
  end)

  it("that can be written", function()
    local out, err, status = tidelock "--sim=1 --steps /nowhere/steps -e 'print(1)'"
    assert.same({ "", "tidelock: --steps /nowhere/steps: No such file or directory; "
      .. "give a file that can be written\n", 1 }, { out, err, status })
  end)

  it("takes what follows for the file, even if that looks like an option", function()
    local out = shell.run(("cd /tmp; %s --sim=1 --steps '-eprint(2)' -e 'print(1)'; rm -- '-eprint(2)'")
      :format(shell.tidelock))
    assert.equal("1\n", out)
  end)

  it("empties the file first", function()
    local path = files.write(os.tmpname(), "old")
    tidelock(("--sim=1 --steps %s -e 'print(1)'"):format(path))
    for line in io.lines(path) do assert.falsy(line:find("old", 1, true)) end
    os.remove(path)
  end)

  it("where stdout goes already leaves that what it has", function()
    local path = os.tmpname()
    for _, line in ipairs{ "{ echo first; RUN; } >FILE", "echo first >FILE; RUN >>FILE" } do
      local run = ("%s --sim=1 --steps /dev/stdout -e 'print([[last]])'"):format(shell.tidelock)
      shell.run((line:gsub("%u+", { RUN = run, FILE = path })))
      local text = files.read(path)
      assert.matches("^first\n", text)
      for _, pattern in ipairs{ "\nlast\n", "\n# seed 1\n", "\n +2 +0%.000 +main +end\n" } do
        assert.matches(pattern, text)
      end
    end
    os.remove(path)
  end)

  it("are not written over the script, by whatever name, nor over the trace", function()
    local script, link = os.tmpname(), os.tmpname()
    local refused = "tidelock: --steps %s: it is the script, which would be lost; give a file that can be written\n"
    files.write(script, "print 'runs'")
    for _, make in ipairs{ "true", ("ln -sf %s %s"):format(script, link), ("ln -f %s %s"):format(script, link) } do
      local steps = make == "true" and script or link
      assert.truthy(os.execute(make))
      local out, err, status = tidelock(("--sim=1 --steps %s %s"):format(steps, script))
      assert.same({ "", refused:format(steps), 1 }, { out, err, status })
      assert.equal("print 'runs'", files.read(script))
    end
    os.remove(link)
    local _, err, status = tidelock(("--sim=1 --trace=%s --steps %s %s"):format(link, link, script))
    assert.truthy(err:find(("--steps %s: the trace is written there"):format(link), 1, true), err)
    assert.equal(1, status)
    os.remove(script)
    os.remove(link)
  end)

  it("fails where the file takes no more", function()
    local lost = "tidelock: --steps /dev/full: No space left on device; steps are missing\n"
    local failed = "tidelock: it failed with --sim=1\n"
    local out, err, status = tidelock "--sim=1 --steps /dev/full -e 'print(1)'"
    assert.same({ "1\n", lost, 1 }, { out, err, status })
    out, err, status = tidelock "--sim=1 --steps /dev/full -e 'os.exit(7)'"
    assert.same({ "", lost .. failed, 7 }, { out, err, status })
    out, err, status = tidelock [[--sim=1 --steps /dev/full -e 'require "tidelock".event():wait()']]
    assert.same({ "", lost .. failed, 3 }, { out, err:match "(tidelock: %-%-steps.*)", status })
  end)
end)
