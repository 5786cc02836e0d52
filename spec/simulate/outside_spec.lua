-- What a simulation does not simulate is named on stderr, once.
local shell = dofile "spec/support/shell.lua"

-- How often stderr names it.
local function count(code, what, options)
  local out, err = shell.script(code, nil, nil, options or "--sim=1")
  assert.equal("well\n", out)
  return select(2, err:gsub(what:gsub("%p", "%%%0"), ""))
end

describe("named is", function()
  for what, call in pairs{
    ["io.popen"] = [[local file = assert(io.popen "echo x") assert(file:read "a" == "x\n" and file:close())]],
    ["os.execute"] = [[assert(select(3, os.execute "exit 3") == 3)]],
    ["the C module lfs"] = [[assert(require "lfs".currentdir()) package.loaded.lfs = nil]],
  } do
    it(what .. ", once", function()
      assert.equal(1, count(("for i = 1, 3 do %s end print 'well'"):format(call), what))
    end)

    it(what .. " not without --sim", function()
      assert.equal(0, count(call .. " print 'well'", what, ""))
    end)
  end

  it("what package.loadlib loads", function()
    local code = [[local path = package.searchpath("cjson", package.cpath)
      assert(package.loadlib(path, "luaopen_cjson"))
      print "well"]]
    assert.equal(1, count(code, "the C module /"))
  end)

  it("a part of a C module that holds several", function()
    local folder = os.tmpname()
    os.remove(folder)
    local code = ([[local path = package.searchpath("cjson", package.cpath)
      assert(os.execute("mkdir %s && ln -s " .. path .. " %s/whole.so"))
      package.cpath = "%s/?.so"
      print(select(2, pcall(require, "whole.part")):find "no module 'whole.part' in file" and "well")
      os.execute "rm -r %s"]]):gsub("%%s", folder)
    assert.equal(0, count(code, "the C module"))
  end)

  it("a library with several C modules, once", function()
    local folder = os.tmpname()
    os.remove(folder)
    local path = package.searchpath("cjson", package.cpath)
    assert(os.execute(("mkdir %s && ln -s %s %s/own-cjson.so"):format(folder, path, folder)))
    local code = ([[package.cpath = "%s/?.so"
      require "own-cjson" require "own-cjson.safe" print "well"]]):format(folder)
    assert.equal(1, count(code, "the C module"))
    assert.equal(1, count(code, "the C module own-cjson "))
    os.execute("rm -r " .. folder)
  end)

  it("no C module that only computes", function()
    assert.equal(0, count([[require "cjson" require "cjson.safe" print "well"]], "the C module"))
  end)

  -- How many names of C modules are told where two are loaded from a folder with a long name; how many lines in all.
  local function count_long(length)
    local folder = os.tmpname()
    os.remove(folder)
    local code = ([[local path, folder = package.searchpath("cjson", package.cpath), "%s/" .. ("x"):rep(%d)
      assert(os.execute("mkdir -p " .. folder .. "/a"))
      for _, name in ipairs{ folder .. "/c.so", folder .. "/a/c.so" } do
        assert(os.execute("ln -s " .. path .. " " .. name) and package.loadlib(name, "luaopen_cjson"))
      end
      os.execute "rm -r %s"
      print "well"]]):format(folder, length, folder)
    return count(code, "the C module /"), count(code, " in the next run\n")
  end

  it("each of two with long names", function()
    assert.same({ 2, 3 }, { count_long(80) }) -- and os.execute
  end)

  it("what has a very long name, in a line of its own", function()
    assert.same({ 1, 2 }, { count_long(200) })
  end)

  it("no more than that", function()
    local code = [[os.execute() pcall(require, "nowhere") package.loadlib("/nowhere.so", "f")
      require "tidelock" pcall(io.popen) pcall(os.execute, {}) package.preload.own = function() return 1 end
      require "own" print "well"]]
    assert.equal(0, count(code, "the C module"))
    assert.equal(0, count([[os.execute() print "well"]], "os.execute"))
  end)
end)

describe("what is not simulated fails", function()
  it("with the words and results that it has without --sim", function()
    local code = [[print(pcall(io.popen, "x", "rw")) print(pcall(io.popen)) print(pcall(os.execute, {}))
      print(os.execute "kill -9 $$") print(io.popen("exit 2"):close()) print(package.loadlib("/nowhere.so", "f"))
      print(select(2, pcall(require, "nowhere.part")))]]
    local function run(options)
      return (shell.run(("%s %s -l tidelock -e '%s'"):format(shell.tidelock, options, code)))
    end
    assert.matches("kill", "kill" .. run "")
    assert.equal(run "", run "--sim=1")
  end)
end)
