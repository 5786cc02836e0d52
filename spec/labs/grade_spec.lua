-- lab grade: each format by its own rules, and one submission costs nothing but itself.
local labs = dofile "spec/support/labs/folder.lua"
local shell = dofile "spec/support/shell.lua"
local cjson = require "cjson"

local HANGS = "local ipc = require 'tidelock'\nreturn { painter = function() while true do end end }"
local FORKS = [[
local ipc = require "tidelock"
local function painter() while true do ipc.spawn(painter) end end
return { painter = painter }]]

describe("lab grade", function()
  local here

  setup(function()
    here = labs.new()
    local function student(name, text)
      os.execute(("mkdir -p %s/class/%s"):format(here.folder, name))
      if text then labs.write(here:path(("class/%s/two-painters.lua"):format(name)), text) end
    end
    student("ann", labs.read(here:path "pack/two-painters/solution-2.lua"))
    student("bob", labs.read(here:path "pack/two-painters/wrong/own_lock.lua"))
    student("eve", "return {")
    student "max"
  end)
  teardown(function() here:close() end)

  -- What it writes to stdout; on stderr there is nothing.
  local function grade(words)
    local out, err, status = here:lab("grade " .. words)
    assert.same({ "", 0 }, { err, status }, out)
    return out
  end
  local function points(report)
    local list = {}
    for _, submission in ipairs(report.submissions) do list[submission.name] = submission.points end
    return list
  end

  it("gives points by property, for one submission or a folder of them", function()
    local report = cjson.decode(grade "class --jobs 2")
    assert.same({ ann = 10, bob = 4, eve = 0, max = 0 }, points(report))
    local states = {}
    for _, submission in ipairs(report.submissions) do states[submission.name] = submission.labs[1].state end
    assert.same({ ann = "passed", bob = "rejected", eve = "unread", max = "missing" }, states)
    local bob = report.submissions[2].labs[1]
    assert.truthy(bob.moves and bob.seed == 1 and bob.schedules > 0)
    assert.equal("painter-1 and painter-2 paint the door together", bob.sentence)
    assert.same({ ann = 10 }, points(cjson.decode(grade "class/ann")))
  end)

  it("finds the files where lab puts them, in labs/", function()
    here:begin()
    os.execute(("mkdir -p %s/one; cp -r %s/labs %s/one"):format(here.folder, here.folder, here.folder))
    assert.equal(4, cjson.decode(grade "one").submissions[1].points)
  end)

  it("as junit is XML: suites, a suite a student, a case a property, the text in <failure>", function()
    local text = grade "class --format junit"
    local stack, names = {}, { testcase = 0, failure = 0, error = 0, testsuite = 0 }
    for close, name, attributes, alone in text:gmatch "<(/?)(%a+)([^<>]-)(/?)>" do
      if close == "/" then
        assert.equal(table.remove(stack), name)
      elseif alone == "" then
        stack[#stack + 1] = name
      end
      if close == "" then names[name] = (names[name] or 0) + 1 end
      assert.equal("", (attributes:gsub('%s+%w+="[^"<>]*"', "")))
    end
    assert.same({}, stack)
    assert.same({ testsuites = 1, testsuite = 4, testcase = 12, failure = 1, error = 6 }, names)
    assert.truthy(text:find('<testsuites name="%w+" tests="12" failures="1" errors="6" time="[%d.]+">'), text)
    assert.truthy(text:find('<failure message="[^"]+" type="safe">two%-painters: rejected%.'), text)
    assert.falsy(text:find "[%z\1-\8\11\12\14-\31]" or text:gsub("&%a+;", ""):gsub("&#%d+;", ""):find "&")
  end)

  it("as gradescope has a file a student, with tests that have scores", function()
    grade "class --format gradescope -o results"
    local found = cjson.decode((labs.read(here:path "results/bob.json")))
    assert.same({ 4, "visible", 3 }, { found.score, found.visibility, #found.tests })
    local sum = 0
    for _, test in ipairs(found.tests) do
      assert.truthy(test.max_score and test.name and test.output and test.number)
      assert.truthy(test.status == "passed" or test.status == "failed")
      sum = sum + test.score
    end
    assert.equal(found.score, sum)
    assert.equal(10, cjson.decode(grade "class/ann --format gradescope").score)
    local _, err, status = here:lab "grade class --format gradescope"
    assert.equal(2, status)
    assert.truthy(err:find("-o FOLDER", 1, true), err)
  end)

  it("as csv is a row a submission, a column a lab", function()
    local text = grade "class --format csv"
    assert.equal("submission,points,most,two-painters\r\nann,10,10,10\r\nbob,4,10,4\r\neve,0,10,0\r\nmax,0,10,0\r\n",
      text)
  end)

  it("as tap is TAP 14: a plan, numbered points, YAML below those that failed", function()
    local text = grade "class --format tap"
    assert.truthy(text:find "^TAP version 14\n1%.%.12\nok 1 %- ann: two%-painters: ends\n", text)
    local number, open = 0, false
    for line in text:gmatch "[^\n]+" do
      local found = line:match "^o?k? ?n?o?t? ?o?k? (%d+) %- "
      if found then
        number = number + 1
        assert.equal(number, tonumber(found))
        assert.falsy(open)
      elseif line == "  ---" then
        open = true
      elseif line == "  ..." then
        open = false
      else
        assert.truthy(open and line:find "^  " or line:find "^TAP" or line:find "^1%.%.", line)
      end
    end
    assert.equal(12, number)
    assert.truthy(text:find '\n  message: "painter%-1 and painter%-2 paint the door together"\n')
    assert.truthy(text:find '\n  seed: 1\n  schedule: "[%d.*,]+')
  end)

  it("as exercism is a version 3 of results.json, with short outputs", function()
    grade "class --format exercism -o exercism"
    local function result(name) return cjson.decode((labs.read(here:path(("exercism/%s.json"):format(name))))) end
    assert.same({ "pass", "fail", "error", "error" },
      { result "ann".status, result "bob".status, result "eve".status, result "max".status })
    assert.truthy(result "eve".message:find("does not load", 1, true))
    for _, test in ipairs(result "bob".tests) do
      assert.equal(3, result "bob".version)
      assert.truthy(({ pass = true, fail = true, error = true })[test.status] and test.name and test.test_code)
      assert.truthy(test.status == "pass" or #test.message <= 65535 and #test.output <= 500)
    end
  end)

  it("as classroom is base64 of a version 1 with scores", function()
    local text = grade "class/bob --format classroom"
    assert.truthy(text:find "^[%w+/]+=*\n$")
    local decoded = shell.run(("printf %%s '%s' | base64 -d"):format(text:gsub("\n", "")))
    local found = cjson.decode(decoded)
    assert.same({ 1, "fail", 10, 3 }, { found.version, found.status, found.max_score, #found.tests })
    local score = 0
    for _, test in ipairs(found.tests) do score = score + test.score end
    assert.equal(4, score)
  end)

  it("ends a file that hangs or starts tasks without end, and grades the others", function()
    os.execute(("cd %s; mkdir -p bad/a bad/b bad/d"):format(here.folder))
    labs.write(here:path "bad/a/two-painters.lua", HANGS)
    labs.write(here:path "bad/b/two-painters.lua", FORKS)
    here:copy("pack/two-painters/solution-2.lua", "bad/d/two-painters.lua")
    assert.same({ a = 0, b = 0, d = 10 }, points(cjson.decode(grade "bad --jobs 2")))
    assert.same({}, shell.processes(here.folder))
  end)

  it("takes no file that lies elsewhere: a link to another's", function()
    os.execute(("cd %s; mkdir -p links/a links/b; ln -s ../b/two-painters.lua links/a/"):format(here.folder))
    here:copy("pack/two-painters/solution-2.lua", "links/b/two-painters.lua")
    local report = cjson.decode(grade "links")
    assert.same({ a = 0, b = 10 }, points(report))
    assert.equal("two-painters.lua is a link that leads out of the folder", report.submissions[1].labs[1].sentence)
  end)

  it("writes what each format can hold, whatever a name or an error is", function()
    local folder = "odd/n\255\27\194\133# ok 9"
    os.execute(("mkdir -p '%s/%s'"):format(here.folder, folder))
    labs.write(here:path(folder .. "/two-painters.lua"),
      [[return { painter = function() error("\xED\xA0\x80\xEF\xBF\xBE\u{85}\u{2028}<\u{20AC}", 0) end }]])
    for _, format in ipairs{ "json", "junit", "tap" } do
      local text = grade("odd --format " .. format)
      assert.truthy(utf8.len(text), format)
      assert.falsy(text:find "\xED[\xA0-\xBF]", format) -- half a pair
      assert.truthy(text:find("\u{20AC}", 1, true), format)
    end
    assert.falsy(grade "odd --format junit":find "\xEF\xBF[\xBE\xBF]")
    local tap = grade "odd --format tap"
    assert.falsy(tap:find "\xEF\xBF[\xBE\xBF]" or tap:find "\xC2[\x80-\x9F]" or tap:find "\xE2\x80[\xA8\xA9]")
    assert.truthy(tap:find("\nnot ok 1 - n? ?\\# ok 9: two-painters: ends\n", 1, true), tap)
  end)

  it("refuses what is none", function()
    local function told(words, text)
      local _, err, status = here:lab("grade " .. words)
      assert.equal(2, status)
      assert.truthy(err:find(text, 1, true), err)
    end
    told("nowhere", "nothing to grade: nowhere: No such file or directory")
    told("pack/two-painters/wrong", "there is no file of a lab, such as two-painters.lua, and no folder of a student")
    told("class -o class", "-o class: it is a folder; give a file in it")
  end)

  it("writes no grades over an answer", function()
    local before = labs.read(here:path "class/ann/two-painters.lua")
    local _, err, status = here:lab "grade class -o class/../class/ann/two-painters.lua"
    assert.same({ 2, before }, { status, labs.read(here:path "class/ann/two-painters.lua") })
    assert.truthy(err:find("it is an answer of ann, which would be lost; give another file", 1, true), err)
  end)
end)

describe("the process that grades", function()
  local whole = labs.within [[print(require "labs.grade.run".jail(require "labs.files".real "scripts/labs"))]]
  local test = whole == "whole\n" and it or pending

  -- What the function's text returns in there.
  local function inside(code, options)
    return (labs.within(([[
      local files = require "labs.files"
      local job = assert(require "labs.runner".start(function() %s end, %s))
      repeat
        local output, how, status = job:poll()
        if how then print(output, how, status) end
        files.sleep(0.01)
      until how]]):format(code, options or "{}")))
  end

  test("sees the folders it is given, to read, and no others", function()
    local folder = shell.run "mktemp -d":match "%S+"
    finally(function() os.execute("rm -rf " .. folder) end)
    os.execute(("cd %s; chmod 755 .; mkdir own other; touch own/a other/a"):format(folder))
    local code = ([[
      local function can(path, how) return tostring(io.open(path, how) ~= nil) end
      return table.concat({ can "%s/own/a", can("%s/own/b", "w"), can "%s/other/a", can "/etc/passwd" }, " ")]])
      :format(folder, folder, folder)
    assert.equal("true false false false\texit\t0\n", inside(code, ('{ folders = { "%s/own" } }'):format(folder)))
  end)

  test("sees no other process, and no network", function()
    assert.equal("1 0\texit\t0\n", inside [[
      local processes, interfaces = 0, 0
      for _, name in ipairs(files.list "/proc") do
        if name:find "^%d+$" then processes = processes + 1 end
      end
      for line in io.lines "/proc/net/route" do
        if not line:find "^Iface" then interfaces = interfaces + 1 end
      end
      return processes .. " " .. interfaces]])
  end)

  test("has nothing open of the grader's, and none of its environment", function()
    local path = os.tmpname()
    finally(function() os.remove(path) end)
    labs.write(path, "of others")
    local out = labs.within(([[
      local files, held = require "labs.files", io.open("%s")
      local job = assert(require "labs.runner".start(function()
        local seen = {}
        for number = 0, 50 do
          local file = io.open("/proc/self/fd/" .. number)
          if file and number ~= 3 and file:read "a" == "of others" then seen[#seen + 1] = "open" end
        end
        return table.concat(seen) .. tostring(os.getenv "HOME") .. " " .. tostring(os.getenv "PATH" ~= nil)
      end, {}))
      repeat
        local output, how = job:poll()
        if how then print(output) end
        files.sleep(0.01)
      until how
      held:close()]]):format(path))
    assert.equal("nil true\n", out)
  end)

  test("cannot write where something else is mounted in a folder", function()
    local folder = shell.run "mktemp -d":match "%S+"
    finally(function() os.execute("rm -rf " .. folder) end)
    os.execute(("mkdir %s/sub; chmod 755 %s"):format(folder, folder))
    labs.write(folder .. "/code", ([[
      local files = require "labs.files"
      local job = assert(require "labs.runner".start(function()
        return tostring(io.open("%s/sub/a")) .. tostring(io.open("%s/sub/b", "w"))
      end, { folders = { "%s" } }))
      repeat
        local output, how = job:poll()
        if how then print(output) end
        files.sleep(0.01)
      until how
      return 0]]):format(folder, folder, folder))
    local out = shell.run(([[unshare --mount --propagation private sh -c '
      mount -t tmpfs -o mode=777 none %s/sub && touch %s/sub/a && TIDELOCK_EXPLORER=%s/code %s explore x']])
      :format(folder, folder, folder, shell.tidelock))
    if out == "" then return end -- no mount is allowed here
    assert.truthy(out:find "^file.*nil\n$", out)
  end)

  -- What `lab grade` tells of the jail, run by that command, and its status.
  local function graded_by(command)
    local here = labs.new()
    finally(function() here:close() end)
    os.execute(("mkdir %s/class; chmod -R a+rX %s"):format(here.folder, here.folder))
    here:copy("pack/two-painters/solution.lua", "class/two-painters.lua")
    local out, err, status = shell.run(("cd %s && %s %s lab grade class --pack pack"):format(here.folder, command,
      shell.tidelock))
    if status ~= 0 or err ~= "" then return out .. err end
    local report = cjson.decode(out)
    return report.jail, report.submissions[1].points
  end
  local is_root = shell.run "id -u" == "0\n"
  local root_test = is_root and shell.run "setpriv --bounding-set -sys_admin echo well" == "well\n" and it or pending

  root_test("is another user's where root may make no namespaces", function()
    assert.same({ "user", 10 }, { graded_by "setpriv --bounding-set -sys_admin" })
  end)

  root_test("is the user's who grades, where root may not even become another one", function()
    assert.same({ "none", 10 }, { graded_by "setpriv --bounding-set=-sys_admin,-setuid" })
  end)

  root_test("is jailed where root is alone in a namespace of users", function()
    if shell.run "unshare -Ur echo well" ~= "well\n" then return end
    assert.same({ "whole", 10 }, { graded_by "unshare -Ur" })
  end)

  it("is ended when its time is over", function()
    assert.equal("nil\ttime\tnil\n", inside("while true do end", "{ wall = 0.3 }"))
  end)

  -- a sanitizer's memory has no limit
  local limits = shell.tidelock:find "sanitize" and pending or it
  limits("is ended where it takes too much memory", function()
    assert.truthy(inside("local t = {} while true do t[#t + 1] = ('x'):rep(1e6 + #t) end",
      "{ memory = 1e8 }"):find "not enough memory\texit\t70")
  end)
end)
