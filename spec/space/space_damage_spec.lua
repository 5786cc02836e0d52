-- Files of spaces that are not as they were left, and programs that cannot see each other's processes.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"

local NAME = ("spec-damage-%d"):format(ipc.getpid())

local function path_of(name)
  local pipe = io.popen("id -u")
  local uid = pipe:read("l")
  pipe:close()
  return ("/dev/shm/tidelock-%s-%s"):format(uid, name)
end

-- Another program with the space open; `before` stands before its command line.
local function program(code, before)
  return shell.script(('local ipc = require "tidelock"\nlocal s = ipc.open(%q)\n'):format(NAME) .. code, before)
end

local function tool(words)
  return shell.run(shell.tidelock .. " " .. words)
end

local function read_file()
  local file = assert(io.open(path_of(NAME), "rb"))
  local text = file:read(4 << 20)
  file:close()
  return text
end

-- Writes 64 bits, `distance` bytes from where `text` begins in the file.
local function spoil(text, distance, word)
  local at = assert(read_file():find(text .. "\0", 1, true)) - 1 + distance
  local file = assert(io.open(path_of(NAME), "r+b"))
  file:seek("set", at)
  file:write(("<i8"):pack(word))
  file:close()
end

describe("a space's file that is damaged", function()
  before_each(function()
    os.remove(path_of(NAME))
    local _, err = program([[
      local q = s.queue("orders", 3)
      for n = 1, 3 do q:put(("x"):rep(9000 * n)) end
      for n = 1, 100 do s.table("menu")[n] = ("y"):rep(n) end
    ]])
    assert.equal("", err)
  end)
  teardown(function() os.remove(path_of(NAME)) end)

  -- The header of an object, as far as it lies before its name: kind, number, references, two counts of holders, the
  -- next that is to be reclaimed, the next name, the reference of the name, the shape.
  local header = { kind = -72, references = -56, ["next name"] = -24, ["own name"] = -16 }

  for what, distance in pairs(header) do
    it("is told so, and not written to: " .. what, function()
      spoil("orders", distance, what == "references" and 0 or 4711)
      local before = read_file()
      local out, err, status = program("print(s)")
      assert.same({ "", 1 }, { out, status })
      assert.truthy(err:find("is no space, or damaged; remove it with tidelock rm " .. NAME, 1, true), err)
      assert.equal(before, read_file())
    end)
  end

  it("is told so by ls and ps, and removed by rm", function()
    spoil("menu", header.kind, -1)
    local out, _, status = tool "ls"
    assert.equal(0, status)
    assert.truthy(out:find(NAME:gsub("%-", "%%-") .. "%s+is no space, or damaged"), out)
    for _, words in ipairs{ "ls ", "ps " } do
      local _, err, failed = tool(words .. NAME)
      assert.same({ 1, true }, { failed, err:find("is no space, or damaged", 1, true) ~= nil }, err)
    end
    local _, err, failed = tool("rm " .. NAME .. " orders")
    assert.same({ 1, true }, { failed, err:find("is no space, or damaged", 1, true) ~= nil }, err)
    assert.equal(0, select(3, tool("rm " .. NAME)))
    assert.is_nil(io.open(path_of(NAME)))
  end)

  it("opens where nothing is wrong with it, though a program was killed in it", function()
    local _, _, status = program([[
      s.lock("till"):acquire()
      s.condition("c"):acquire()
      s.rwlock("rw"):read()
      s.semaphore("seats", { value = 2, bounded = true }):acquire()
      ipc.current():kill()
    ]])
    assert.equal(137, status)
    local out, err = program([[
      print(s.lock("till"):acquire(5), s.rwlock("rw"):write(5), s.semaphore("seats").value)
      print(#s.queue("orders"):get(0), #s.table("menu"))
    ]])
    assert.equal("", err)
    assert.equal("true\ttrue\t2\n9000\t100\n", out)
  end)

  it("opens with a hole where a copy has left out what was 0", function()
    local copy = path_of(NAME) .. ".copy"
    assert(os.execute(("cp --sparse=always %s %s && mv %s %s"):format(path_of(NAME), copy, copy, path_of(NAME))))
    local out, err = program('print(#s.queue("orders"))')
    assert.same({ "3\n", "" }, { out, err })
  end)
end)

describe("a space among PID namespaces", function()
  local APART = "unshare --pid --fork"
  local can = os.execute(APART .. " true 2>/dev/null")
  local test = can and it or pending
  teardown(function() os.remove(path_of(NAME)) end)

  test("is refused to a program of another while it is open", function()
    os.remove(path_of(NAME))
    ipc.open(NAME).value("v", 5)
    local _, err, status = program("print(s)", APART)
    assert.equal(1, status)
    assert.truthy(err:find("is in use by programs of another PID namespace", 1, true), err)
    assert.equal(5, ipc.open(NAME).value("v"):get())
  end)

  test("goes to another when nobody has it open, with what the dead held", function()
    os.remove(path_of(NAME))
    local code = [[
      local ok, why = s.lock("till"):acquire(5)
      print(ok, why, s.value("v", 0):add(1))
      io.stdout:flush()
      ipc.current():kill()
    ]]
    for n = 1, 4 do
      local out, err = program(code, n % 2 == 0 and APART or "")
      assert.is_nil(err:find "tidelock", err)
      assert.equal(("true\t%s\t%d\n"):format(n > 1 and "abandoned" or "nil", n), out)
    end
  end)
end)
