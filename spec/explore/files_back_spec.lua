-- What a schedule does to files is undone after it: bindings/explore/host/kept_files.h.
local shell = dofile "spec/support/shell.lua"
local explorer = dofile "spec/support/explorer.lua"

local RUN = [[
  local runs = open()
  for i = 1, 3 do
    local account = run(runs)
    print(account.ending, account.wrote_files)
    io.write(runs:output(1), table.concat(account.notices, "\n"))
  end]]

-- A folder with two files, one with a second name, a link, a folder with a file; as text, what is in it.
local MAKE = [[mkdir "$d/sub" && printf "old\n" >"$d/a" && printf "keep" >"$d/b" && ln "$d/a" "$d/hard" &&
  ln -s a "$d/link" && printf "in" >"$d/sub/x" && chmod 640 "$d/a" && chmod 600 "$d/b" && touch -d 2001-02-03 "$d/a"]]
local SHOW = [[cd "$d" && find . -mindepth 1 -printf "%p %y %m %n %l\n" | sort &&
  find . -type f | sort | while read -r f; do stat -c "%n %y" "$f"; cat "$f"; echo; done]]

local function in_folder(command, d)
  local out, err, status = shell.run(("d=%s; %s"):format(d, command))
  assert.same({ "", 0 }, { err, status })
  return out
end

-- Explores `script` three times, with the folder in `d`: what was printed; and fails unless the folder is as before.
local function explored(script, code, environment)
  local d = shell.run("mktemp -d"):match "%S+"
  in_folder(MAKE, d)
  local before = in_folder(SHOW, d)
  local out, err = explorer.run(code or RUN, ("local d = %q\n"):format(d) .. script, "", environment)
  local after = in_folder(SHOW, d)
  os.execute("rm -r " .. d)
  assert.equal("", err)
  assert.equal(before, after)
  return out
end

local HELPERS = [[
local function read(name) local f = assert(io.open(d .. "/" .. name)) local t = f:read "a" f:close() return t end
local function write(name, mode, text) local f = assert(io.open(d .. "/" .. name, mode)) f:write(text) f:close() end
]]

describe("a file that a schedule", function()
  for _, row in ipairs{
    { "writes", [[assert(read "a" == "old\n") write("a", "w", "new, and longer") assert(#read "a" == 15)]] },
    { "makes shorter", [[assert(read "a" == "old\n") write("a", "w", "")]] },
    { "appends to", [[assert(read "a" == "old\n") write("a", "a", "more")]] },
    { "updates", [[assert(read "a" == "old\n") write("a", "r+", "u")]] },
    { "writes by a link", [[assert(read "a" == "old\n") write("link", "w", "new") assert(read "a" == "new")]] },
    { "writes by io.output", [[io.output(d .. "/b") io.write "new" io.close() io.output(io.stdout)]] },
    { "makes", [[assert(not io.open(d .. "/new")) write("new", "w", "x")]] },
    { "removes", [[assert(os.remove(d .. "/b"))]] },
    { "removes, and makes again", [[assert(os.remove(d .. "/b")) write("b", "w", "other")]] },
    { "renames", [[assert(read "b" == "keep") assert(os.rename(d .. "/b", d .. "/c")) write("c", "a", "x")]] },
    { "renames to one that is there", [[assert(os.rename(d .. "/b", d .. "/sub/x"))]] },
    { "has a link to, which it removes", [[assert(os.remove(d .. "/link"))]] },
    { "changes in a folder that it renames", [[
      write("sub/x", "a", "1")
      assert(os.rename(d .. "/sub", d .. "/other"))
      write("other/x", "a", "2") write("other/y", "w", "3") assert(read "other/x" == "in12")]] },
    { "changes in a child", [[require "tidelock".spawn(function() write("a", "w", "x") end):join()]] },
    { "changes, and then fails to", [[write("a", "w", "x") os.remove(d .. "/b") print "here"
      require "tidelock".spawn(function() error "boom" end) require "tidelock".sleep(1)]], "error" },
  } do
    it(row[1] .. " is put back", function()
      local out = explored(HELPERS .. row[2])
      assert.equal(((row[3] or "passed") .. "\ttrue\n" .. (row[3] and "here\n" or "")):rep(3), out)
    end)
  end

  it("makes by os.tmpname is removed, and has the same name in each", function()
    local out = explored [[print(os.tmpname())]]
    local name = out:match "passed\ttrue\n(%S+)\n"
    assert.equal(("passed\ttrue\n" .. name .. "\n"):rep(3), out)
    assert.equal(nil, io.open(name))
  end)

  it("makes by os.tmpname, and removes, is another's then", function()
    local out = explored [[local name = os.tmpname() assert(os.remove(name))
      os.execute("test ! -e " .. name .. " && echo other >" .. name) print(name)]]
    local name = out:match "/tmp/lua_%w+"
    assert.equal("other\n", shell.run("cat " .. name))
    os.remove(name)
  end)

  it("makes by os.tmpname, removes and makes again is removed", function()
    local out = explored [[local name = os.tmpname()
      for _ = 1, 2 do assert(os.remove(name)) io.open(name, "w"):close() end print(name)]]
    assert.equal(nil, io.open(out:match "/tmp/lua_%w+"))
  end)

  it("makes by os.tmpname is no other exploration's of the same script", function()
    local script = explorer.file [[
      local ipc = require "tidelock"
      local name = os.tmpname()
      local function write(text)
        local f = assert(io.open(name .. ".new", "w")) f:write(text) f:close() assert(os.rename(name .. ".new", name))
      end
      local child = ipc.spawn(write, "x")
      ipc.sleep(0.1) child:join()
      local f = assert(io.open(name)) assert(f:read "a" == "x") f:close()
      if #arg == 0 then assert(os.remove(name)) end]]
    local one = ("%s explore --jobs 1 --runs 400 %s"):format(shell.tidelock, script)
    local out = shell.run(("for i in 1 2; do (%s & %s other & wait) </dev/null 2>&1; done"):format(one, one))
    os.remove(script)
    local passed = select(2, out:gsub("no failing schedule", ""))
    assert.equal(4, passed, out)
  end)

  it("opens as a space is removed, and empty in each", function()
    local name = "spec-" .. tostring({}):match "%w+$"
    local out = explored(([[
      local space = require "tidelock".open(%q)
      local value = space.value("count", 0)
      value:set(value:get() + 1)
      print(value:get())]]):format(name))
    assert.equal(("passed\ttrue\n1\n"):rep(3), out)
    assert.falsy(table.concat(shell.list "/dev/shm", " "):find(name, 1, true))
  end)

  it("only reads makes it write none", function()
    assert.equal(("passed\tfalse\n"):rep(3), explored(HELPERS .. [[read "a"]]))
  end)

  it("wrote when it was killed is put back", function()
    explored(HELPERS .. [[write("a", "w", "x") print "written" while true do end]],
      [[local runs = open{ patience = 0.2 } print(run(runs).ending)]])
  end)
end)

describe("more than 64 MiB", function()
  it("are told, and everything else is put back", function()
    local out = explored(HELPERS .. [[
      write("a", "w", "x")
      local f = io.open("/tmp/big_of_a_spec", "a")
      f:write "x"
      f:close()]], [[
      local runs = open()
      local account = run(runs)
      print(account.ending, account.notices[1])]], "truncate -s 65M /tmp/big_of_a_spec;")
    os.remove "/tmp/big_of_a_spec"
    assert.equal("passed\t/tmp/big_of_a_spec cannot be put back: more than 64 MiB of files are written\n", out)
  end)
end)

describe("schedules that write files", function()
  -- Each reads, lets the others go on, and writes one more: alone it finds 1, and leaves 2.
  local SCRIPT = HELPERS .. [[
    write("b", "w", "1")
    for i = 1, 20 do
      local number = tonumber(read "b")
      assert(number == i, number)
      write("b", "w", tostring(number + 1))
    end]]

  it("of several workers do not see each other", function()
    local out = explored(SCRIPT, [[
      local runs = open{ jobs = 3 }
      local left, out, passed = 30, 0, 0
      for worker = 1, 3 do runs:start(worker, {}) end
      for i = 1, 60 do
        local worker = assert(runs:wait())
        local account = runs:account(worker)
        passed = passed + (account.ending == "passed" and 1 or 0)
        if account.ending ~= "passed" then print(account.message) end
        if i <= 57 then runs:start(worker, {}) end
      end
      print(passed)]])
    assert.equal("60\n", out)
  end)

  it("that only read while another writes run once more", function()
    local out = explored(HELPERS .. [[
      local ipc = require "tidelock"
      if ipc.choose(2) == 2 then write("b", "w", "broken") for i = 1, 200 do ipc.yield() end
      else for i = 1, 50 do assert(read "b" == "keep") end end]], [[
      local runs = open{ jobs = 2 }
      local bad = 0
      for i = 1, 20 do
        runs:start(1, { moves = "0*2 =2" })
        runs:start(2, { moves = "0*2 =1" })
        for i = 1, 2 do
          local account = runs:account((assert(runs:wait())))
          if account.ending ~= "passed" then bad = bad + 1 print(account.message) end
        end
      end
      print(bad)]])
    assert.equal("0\n", out)
  end)
end)
