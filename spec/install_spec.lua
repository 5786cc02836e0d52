-- make install and uninstall, into a folder of its own.
local shell = dofile "spec/support/shell.lua"
local version = _VERSION:match "5%.%d"

describe("make install", function()
  local folder, root

  local function make(target)
    local out, err, status = shell.run(("env -u MAKEFLAGS -u MAKELEVEL make LUA=%s DESTDIR=%s %s"):format(version, root,
      target), 300)
    assert.equal(0, status, out .. err)
  end
  local bin, module = "/usr/local/bin/tidelock", "/usr/local/lib/lua/" .. version .. "/tidelock.so"
  local remote = module:gsub("tidelock%.so", "tidelock_remote.so")
  local function exists(path) return (select(3, shell.run("test -e " .. root .. path)) == 0) end
  local function link() return (shell.run("readlink " .. root .. bin)) end

  -- Of the documents in a folder: what leads to no file there.
  local function dead_links(shared)
    local text, dead, found = shell.run(("cat %s%s*.md"):format(root, shared)), {}, 0
    for _, pattern in ipairs{ "%]%(([^)#\n]+)", 'src%w*="([^"\n]+)"' } do
      for target in text:gmatch(pattern) do
        found = found + 1
        if not target:find "^%w+:" and not exists(shared .. target) then dead[#dead + 1] = target end
      end
    end
    assert.truthy(found > 5, found)
    return dead
  end

  local FOR_SHELLS = { "man/man1/tidelock.1", "bash-completion/completions/tidelock", "zsh/site-functions/_tidelock" }

  before_each(function()
    folder = shell.run("mktemp -d"):match "%S+"
    root = ("'%s/with a blank'"):format(folder)
    os.execute("mkdir " .. root)
  end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  it("puts a program there that uninstall takes away", function()
    make "install"
    assert.equal("tidelock" .. version .. "\n", link())
    assert(exists(bin .. version) and exists(module) and exists(remote))
    assert(exists "/usr/local/share/tidelock/tidelock.d.lua")
    for _, path in ipairs(FOR_SHELLS) do assert(exists("/usr/local/share/" .. path), path) end
    assert(exists "/usr/local/share/tidelock/scripts/tickets.lua")
    assert(exists "/usr/local/share/tidelock/scripts/labs/letters/lab.lua")
    assert.same({}, dead_links "/usr/local/share/tidelock/")
    assert.truthy(shell.run(("cd /; %s%s lab list"):format(root, bin)):find "1  letters")
    assert.equal("7\n", (shell.run(root .. bin .. " -e 'print(7)'")))
    local _, scenarios = shell.run(("cd /; echo :scenario | %s%s -i"):format(root, bin))
    assert.matches("which one%? .*kitchen.*word_count", scenarios)
    make "uninstall"
    assert.equal("", (shell.run("find " .. root .. " ! -type d")))
  end)

  it("leaves the program for another Lua alone", function()
    os.execute(("mkdir -p %s/usr/local/bin; cp /bin/true %s%s5.9; ln -s tidelock5.9 %s%s"):format(root, root, bin, root,
      bin))
    make "install"
    assert.equal("tidelock5.9\n", link())
    assert(exists(bin .. version))
    make "uninstall"
    for _, path in ipairs(FOR_SHELLS) do assert(exists("/usr/local/share/" .. path), path) end
    assert(exists(bin .. "5.9") and exists(bin) and not exists(bin .. version))
  end)

  it("takes the version from the headers that luarocks names", function()
    local include = "/usr/include/lua" .. version
    local out = shell.run("env -u MAKEFLAGS -u MAKELEVEL -u LUA make -n -W Makefile module LUA_INCLUDE=" .. include)
    assert(out:find("build/" .. version .. "/", 1, true), out)
  end)
end)

describe("luarocks make", function()
  local there = select(3, shell.run("command -v luarocks")) == 0
  local test = there and it or pending

  -- A copy of the sources, with what was built of them; the line runs in it.
  local function in_copy(line)
    local root = shell.run("mktemp -d"):match "%S+"
    finally(function() os.execute("rm -rf " .. root) end)
    local copy = "mkdir %s/build; cp -a .ci Makefile bindings runtime *.rockspec %s; cp -a build/%s %s/build; cd %s; "
    copy = copy:format(root, root, version, root, root)
    return shell.run(copy .. "env -u MAKEFLAGS -u MAKELEVEL -u LUA -u LUA_CPATH " .. line, 300)
  end
  local rocks = "luarocks --lua-version " .. version

  test("installs the module of the Lua that it is for", function()
    local try = "LUA_CPATH='tree/lib/lua/%s/?.so' lua%s -e 'print(require([[tidelock]]).spawn(print, 5):join())'"
    local out, err = in_copy(rocks .. " make --deps-mode none --tree tree >log 2>&1 || cat log; " ..
      try:format(version, version))
    assert.same({ "5\ntrue\n", "" }, { out, err })
  end)

  test("looks for libsodium before it builds", function()
    local out = in_copy(rocks .. " make --deps-mode none --tree tree SODIUM_DIR=/nowhere 2>&1")
    assert.truthy(out:find("SODIUM", 1, true), out)
  end)

  test("reads a rockspec that says how to test it, and what it is about", function()
    local rockspec = {}
    assert(loadfile("tidelock-0.1.0-1.rockspec", "t", rockspec))()
    assert.truthy(rockspec.test and rockspec.test_dependencies and #rockspec.description.labels > 0)
    assert.truthy(rockspec.external_dependencies.SODIUM)
    local _, err, status = shell.run(rocks .. " lint tidelock-0.1.0-1.rockspec")
    assert.equal(0, status, err)
  end)
end)

describe("tidelock run", function()
  it("is not among the script's arguments", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "print(arg[-2], arg[-1], arg[0] ~= nil, arg[1], #arg, ...)"
    file:close()
    local out = shell.run(("%s run %s a b"):format(shell.tidelock, path))
    assert.equal(("nil\t%s\ttrue\ta\t2\ta\tb\n"):format(shell.tidelock), out)
    out = shell.run(("%s -W run %s a"):format(shell.tidelock, path))
    assert(version == "5.3" or out:find("-W\ttrue\ta\t1\ta", 1, true), out)
    os.remove(path)
  end)
end)
